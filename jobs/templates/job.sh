#!/bin/bash
#: A batch job of a run. It runs in the folder it lies in, writes jobs.log there, and ends with the program's exit
#: status, except that 75 (stopped but resumable) asks Slurm to run the job again.
#: Lines that begin with "#:" do not reach the script: they choose and repeat parts of it. Every ${ls_...} is replaced by
#: text that is quoted for the shell; one that stands alone on its line becomes as many lines as it has.
#: shellcheck reads this file as it stands.
# shellcheck disable=SC2154,SC2254,SC2288
# landsweep: ${ls_title}
#: if slurm
${ls_directives}
#: end

#: if array
job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
#: elif slurm
job=$SLURM_JOB_ID
#: else
job=local-$$
#: end
restart=${SLURM_RESTART_COUNT:-0}
here=$PWD
note() {
  printf '%s %s %s %s\n' "$job" "$restart" "$(date +%s)" "$*" >> "$here/jobs.log"
}
# The ranks get USR2 before the time limit and TERM at preemption, finish what they have in hand, and exit
# with 75. This shell outlives both, to look at the status.
warned=''
trap 'warned=yes' USR2 TERM
#: if slurm
unset SLURM_EXPORT_ENV SRUN_EXPORT_ENV # ranks get this script's environment, whatever sbatch was told
#: end
#: if setup

# Each line must succeed, in this shell, which it may change; else the job ends here, and is not run again.
setup_failed() {
  code=$1
  trap - EXIT ERR
  [ "$code" -ne 0 ] || code=1
  echo "landsweep: the job ends before it has begun: this line of setup failed (exit status $code): $line"
  note setup "$code $line"
  exit 1
}
trap 'setup_failed $?' EXIT
trap 'code=$?; [ -n "$warned" ] || [ "${#BASH_SOURCE[@]}" -gt 1 ] || setup_failed "$code"' ERR
#: each setup
line=${ls_line}
${ls_call}
#: end
trap - EXIT ERR
set +eu # whatever those lines have changed
line="cd $here"
cd "$here" || setup_failed $?
#: end

#: if path
export PATH=${ls_path}:$PATH
#: end
export PYTHONSAFEPATH=1 # nothing that lies in this folder is imported
${ls_environment}

#: if array
program=(
  "${ls_launcher}"
)
case $SLURM_ARRAY_TASK_ID in
#: each task
  ${ls_index}) program+=(
  "${ls_words}"
  ) ;;
#: end
esac
#: else
program=(
  "${ls_launcher}"
  "${ls_command}"
)
#: end
note begin "${SLURM_JOB_NODELIST:-$(hostname)}"
echo "landsweep: job $job, restart $restart, on ${SLURM_JOB_NODELIST:-$(hostname)}, $(date '+%F %T')"

status=75
if [ -z "$warned" ]; then
  "${program[@]}" # in the foreground: bash may lose the status of what it waits for when a signal comes
  status=$?
fi
[ $status -ne 140 ] || status=75 # the warning came before a rank could take it

#: if slurm
if [ $status -eq 75 ]; then
  for pause in 1 5 20 0; do
    state=$(scontrol show job --oneliner "$job") && break
    sleep "$pause"
  done
  asked=$(grep -c "^$job [0-9]* [0-9]* requeue" "$here/jobs.log")
  if [ -z "$state" ]; then
    echo "landsweep: stopped and not run again: Slurm does not answer"
  elif [[ $state != *" JobState=RUNNING "* || $state != *" Restarts=$restart "* ]]; then
    echo "landsweep: stopped; Slurm has ended this job, or runs it again by itself"
  elif [ "$asked" -ge "${ls_requeues}" ]; then
    echo "landsweep: stopped and not run again: it was already requeued $asked times, as often as allowed"
  elif note requeue && scontrol requeue "$job"; then
    echo "landsweep: stopped in time and put back into the queue ($((asked + 1)) of ${ls_requeues})"
    exit "$status"
  else
    echo "landsweep: stopped and not run again: it could not be put back into the queue"
  fi
  printf '%s\n' "${ls_resume}"
fi
#: else
if [ $status -eq 75 ]; then
  printf '%s\n' "${ls_resume}"
fi
#: end
#: if more
if [ $status -eq 3 ]; then
  status=0 # some models failed: what follows works on the others, and the last job says so
fi
#: end
note end "$status"
exit "$status"

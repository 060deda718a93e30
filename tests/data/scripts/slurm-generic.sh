#!/bin/bash
# landsweep: pinn-convection, every stage
#SBATCH --job-name=pinn-convection
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=4
#SBATCH --time=01:00:00
#SBATCH --output=%x-%j.out
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --signal=USR2@120

job=$SLURM_JOB_ID
restart=${SLURM_RESTART_COUNT:-0}
here=$PWD
note() {
  printf '%s %s %s %s\n' "$job" "$restart" "$(date +%s)" "$*" >> "$here/jobs.log"
}
# The ranks get USR2 before the time limit and TERM at preemption, finish what they have in hand, and exit
# with 75. This shell outlives both, to look at the status.
warned=''
trap 'warned=yes' USR2 TERM
unset SLURM_EXPORT_ENV SRUN_EXPORT_ENV # ranks get this script's environment, whatever sbatch was told

export PATH=/opt/env/bin:$PATH
export PYTHONSAFEPATH=1 # nothing that lies in this folder is imported
export OMP_NUM_THREADS=1

program=(
  srun
  --export=ALL
  --kill-on-bad-exit=0
  --wait=60
  --mpi=pmi2
  /opt/env/bin/python
  -m
  landsweep
  run
  /scratch/run/jobs/001-study.yaml
  --out
  /scratch/run
)
note begin "${SLURM_JOB_NODELIST:-$(hostname)}"
echo "landsweep: job $job, restart $restart, on ${SLURM_JOB_NODELIST:-$(hostname)}, $(date '+%F %T')"

status=75
if [ -z "$warned" ]; then
  "${program[@]}" # in the foreground: bash may lose the status of what it waits for when a signal comes
  status=$?
fi
[ $status -ne 140 ] || status=75 # the warning came before a rank could take it

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
  elif [ "$asked" -ge 10 ]; then
    echo "landsweep: stopped and not run again: it was already requeued $asked times, as often as allowed"
  elif note requeue && scontrol requeue "$job"; then
    echo "landsweep: stopped in time and put back into the queue ($((asked + 1)) of 10)"
    exit "$status"
  else
    echo "landsweep: stopped and not run again: it could not be put back into the queue"
  fi
  printf '%s\n' 'landsweep: everything finished is kept; to go on: landsweep submit study.yaml --site here'
fi
note end "$status"
exit "$status"

#!/bin/bash
# landsweep: pinn-convection, every stage
#SBATCH --job-name=pinn-convection
#SBATCH --account=m1234_g
#SBATCH --qos=regular
#SBATCH --constraint=gpu
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=4
#SBATCH --cpus-per-task=32
#SBATCH --gpus-per-node=4
#SBATCH --time=01:00:00
#SBATCH --gpu-bind=none
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
line='module load cray-mpich-abi'
eval "$line"
trap - EXIT ERR
set +eu # whatever those lines have changed
line="cd $here"
cd "$here" || setup_failed $?

export PATH=/opt/env/bin:$PATH
export PYTHONSAFEPATH=1 # nothing that lies in this folder is imported
export OMP_NUM_THREADS=16
export CUDA_VISIBLE_DEVICES=3,2,1,0
export MPICH_GPU_SUPPORT_ENABLED=0

program=(
  srun
  --export=ALL
  --kill-on-bad-exit=0
  --wait=60
  --cpus-per-task=32
  --cpu-bind=cores
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

#!/bin/bash
# landsweep: pinn-convection, every stage

job=local-$$
restart=${SLURM_RESTART_COUNT:-0}
here=$PWD
note() {
  printf '%s %s %s %s\n' "$job" "$restart" "$(date +%s)" "$*" >> "$here/jobs.log"
}
# The ranks get USR2 before the time limit and TERM at preemption, finish what they have in hand, and exit
# with 75. This shell outlives both, to look at the status.
warned=''
trap 'warned=yes' USR2 TERM

export PATH=/opt/env/bin:$PATH
export PYTHONSAFEPATH=1 # nothing that lies in this folder is imported
export OMP_NUM_THREADS=1
export HYDRA_LAUNCHER=fork

program=(
  mpiexec
  -n
  4
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
  printf '%s\n' 'landsweep: stopped; to go on: landsweep submit study.yaml --site here'
fi
note end "$status"
exit "$status"

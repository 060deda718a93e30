#!/bin/bash
# landsweep: pinn-convection, every stage

job=local-$$
restart=${SLURM_RESTART_COUNT:-0}
note() {
  printf '%s %s %s %s\n' "$job" "$restart" "$(date +%s)" "$*" >> jobs.log
}

export PATH=/opt/env/bin:$PATH
export PYTHONSAFEPATH=1 # nothing that lies in this folder is imported
export OMP_NUM_THREADS=1

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

# The ranks get USR2 before the time limit and TERM at preemption, finish what they have in hand, and exit
# with 75. In the background, so that this shell outlives signals and looks at the status.
step=
trap 'kill -USR2 "$step" 2> /dev/null' USR2
trap : TERM
"${program[@]}" &
step=$!
wait "$step"
status=$?
while kill -0 "$step" 2> /dev/null; do
  wait "$step"
  status=$?
done

if [ $status -eq 75 ]; then
  printf '%s\n' 'landsweep: stopped; to go on: landsweep submit study.yaml --site here'
fi
note end "$status"
exit "$status"

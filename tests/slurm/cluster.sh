#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A Slurm cluster on one machine, without systemd: a controller and four pretend nodes, the fourth in
# a partition of its own. It has its own configuration, keys and ports: a Slurm that the machine has
# already is not met.
#   cluster.sh up FOLDER         starts it; everything it writes lies in FOLDER
#   cluster.sh controller FOLDER starts the controller again, with the state that it kept
#   cluster.sh node FOLDER N     starts the daemon of node N again
#   cluster.sh down FOLDER       stops what was started, by its process numbers
# RANVIER_SLURM_PORT is the first of five ports in a row.
# Needs root, and Debian's slurmctld, slurmd, slurm-client and munge.
set -eu
action=$1
folder=$2
host=$(hostname -s)
port=${RANVIER_SLURM_PORT:-26817}
SLURM_CONF=$folder/slurm.conf
export SLURM_CONF

write_config() {
    cat >"$SLURM_CONF" <<CONF
ClusterName=pretend
SlurmctldHost=$host(127.0.0.1)
SlurmctldAddr=127.0.0.1
SlurmctldPort=$port
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool-%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd-%n.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$folder/jobs.txt
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
KillWait=5
MinJobAge=600
SchedulerParameters=sched_interval=1,sched_min_interval=0,bf_interval=1
NodeName=n[1-4] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + 4))] CPUs=1 RealMemory=500 State=UNKNOWN
PartitionName=main Nodes=n[1-3] Default=YES MaxTime=INFINITE State=UP
PartitionName=limited Nodes=n4 MaxTime=INFINITE State=UP
CONF
    # Named outright, the plugin does not look for a cgroup mount, which a container lacks.
    echo "CgroupPlugin=cgroup/v1" >"$folder/cgroup.conf"
}

start_munge() {
    install -d -o munge -g munge -m 755 "$folder/munge"
    (umask 077 && head -c 1024 /dev/urandom >"$folder/munge/key")
    chown munge: "$folder/munge/key"
    setpriv --reuid=munge --regid=munge --clear-groups /usr/sbin/munged \
        --key-file="$folder/munge/key" --socket="$folder/munge/socket" \
        --pid-file="$folder/munge/munged.pid" --log-file="$folder/munge/munged.log" \
        --seed-file="$folder/munge/seed"
}

wait_until_idle() {
    tries=0
    until [ "$(sinfo -h -N -o %N -t idle 2>/dev/null | sort -u | wc -l)" = 4 ]; do
        tries=$((tries + 1))
        [ $tries -lt 120 ] || { sinfo || true; tail -n 5 "$folder"/*.log; return 1; }
        sleep 0.5
    done
}

case $action in
up)
    mkdir -p "$folder/state"
    chmod 755 "$folder"
    getent hosts "$host" >/dev/null || echo "127.0.0.1 $host" >>/etc/hosts
    write_config
    start_munge
    slurmctld -c -f "$SLURM_CONF"
    for node in 1 2 3 4; do slurmd -N n$node -f "$SLURM_CONF"; done
    wait_until_idle
    ;;
controller)
    slurmctld -f "$SLURM_CONF"
    ;;
node)
    slurmd -N "n$3" -f "$SLURM_CONF"
    ;;
down)
    scancel --user=root 2>/dev/null || true
    tries=0
    while [ $tries -lt 30 ] && [ -n "$(squeue -h 2>/dev/null)" ]; do
        tries=$((tries + 1))
        sleep 0.5
    done
    # Those of a node take their steps along; what is left is found by the caller.
    for pid in "$folder"/slurmd-*.pid "$folder/slurmctld.pid" "$folder/munge/munged.pid"; do
        [ ! -s "$pid" ] || kill "$(cat "$pid")" 2>/dev/null || true
    done
    ;;
esac

#!/bin/bash
source "/etc/libvirt/hooks/kvm.conf"

## From megabytes
PAGES="$(($MEMORY/$(($(grep Hugepagesize /proc/meminfo | awk '{print $2}')/1024))))"

echo "Getting huge pages..."
echo $PAGES > /proc/sys/vm/nr_hugepages
GOT=$(cat /proc/sys/vm/nr_hugepages)

TRIES=0
while (( $GOT != $PAGES && $TRIES < 1000 ))
do
    echo 1 > /proc/sys/vm/compact_memory            ## defrag
    echo $PAGES > /proc/sys/vm/nr_hugepages
    GOT=$(cat /proc/sys/vm/nr_hugepages)
    let TRIES+=1
done

if [ "$GOT" -ne "$PAGES" ]
then
    echo "Not all could be had"
    echo 0 > /proc/sys/vm/nr_hugepages
    exit 1
fi

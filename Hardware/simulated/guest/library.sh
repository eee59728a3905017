# shellcheck shell=sh
# library.sh: what guest scripts share; read with `.`, needs HIL_OUT.

# Tables for the program that is run, one line each, fields separated by one space:
#   $HIL_CHIPS  LABEL DEVICE SYSFS_FOLDER CONFIGFS_FOLDER FIRST_GLOBAL_NUMBER
#   $HIL_LINES  NAME LABEL OFFSET SYSFS_FOLDER GLOBAL_NUMBER   (pull and value are in the folder; the witness uses numbers)
HIL_CHIPS=/run/hil/chips
HIL_LINES=/run/hil/lines
HIL_TRACE=/sys/kernel/tracing/trace
export HIL_OUT HIL_CHIPS HIL_LINES HIL_TRACE

# Temporary folders in memory, standard streams, and the loopback interface.
prepare_devices() {
  mkdir -p /dev/pts /dev/shm
  mount -t devpts devpts /dev/pts
  mount -t tmpfs -o mode=1777 shm /dev/shm
  mount -t tmpfs -o mode=755 run /run
  mkdir -p /run/hil /run/lock
  : >$HIL_CHIPS
  : >$HIL_LINES
  ln -s /proc/self/fd /dev/fd
  ln -s fd/0 /dev/stdin
  ln -s fd/1 /dev/stdout
  ln -s fd/2 /dev/stderr
  # The caller's two outputs are terminals here; whoever reads them wants the bytes as they were written.
  stty -opost -F /dev/tty1
  stty -opost -F /dev/tty2
  ip link set lo up
}

# Lets the kernel record every GPIO level and direction set from now on, stamped with CLOCK_MONOTONIC.
start_witness() {
  echo mono >/sys/kernel/tracing/trace_clock
  echo 16384 >/sys/kernel/tracing/buffer_size_kb
  echo 1 >/sys/kernel/tracing/events/gpio/enable
  echo 1 >/sys/kernel/tracing/tracing_on
}

# make_chip LABEL NAME[:up]...: a chip whose lines have these names in this order. ":up" is a pull-up on the board (as
# on a relay input that must rest high); without it the board pulls down.
make_chip() {
  label=$1
  shift
  config=/sys/kernel/config/gpio-sim/$label
  folders=
  count=0
  while [ "$count" -lt $# ]; do
    folders="$folders $config/bank0/line$count"
    count=$((count + 1))
  done
  mkdir "$config" "$config/bank0"
  # shellcheck disable=SC2086  # a list
  mkdir $folders
  echo "$count" >"$config/bank0/num_lines"
  echo "$label" >"$config/bank0/label"
  count=0
  for line; do
    echo "${line%:up}" >"$config/bank0/line$count/name"
    count=$((count + 1))
  done
  echo 1 >"$config/live"

  read -r device <"$config/bank0/chip_name"
  read -r parent <"$config/dev_name"
  chip_folder=/sys/devices/platform/$parent/$device
  first=$(first_number "$label")
  echo "$label /dev/$device $chip_folder $config $first" >>$HIL_CHIPS
  count=0
  for line; do
    case $line in
      *:up) echo pull-up >"$chip_folder/sim_gpio$count/pull" ;;
    esac
    echo "${line%:up} $label $count $chip_folder/sim_gpio$count $((first + count))" >>$HIL_LINES
    count=$((count + 1))
  done
}

# first_number LABEL: the number by which the kernel's trace knows the chip's first line.
first_number() {
  for known in /sys/class/gpio/gpiochip*; do
    read -r name <"$known/label"
    if [ "$name" = "$1" ]; then
      cat "$known/base"
      return
    fi
  done
  echo "no chip is labelled $1" >&2
  return 1
}

# become_systemd SCRIPT: makes systemd process 1, as a machine with nothing to mount and no identity yet, and has it run
# SCRIPT once the basic system is up (journal, udev, control groups).
become_systemd() {
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  : >/etc/machine-id
  : >/etc/fstab
  # Emptying /tmp at start-up would go through the whole of the host's.
  mkdir -p /etc/tmpfiles.d /run/systemd/system
  ln -sf /dev/null /etc/tmpfiles.d/tmp.conf
  # This kernel lacks some of the variables that the host's settings name.
  ln -sf /dev/null /run/systemd/system/systemd-sysctl.service
  cat >/run/systemd/system/hil.service <<UNIT
[Unit]
Description=Program that the caller runs on simulated hardware
After=basic.target
[Service]
Type=oneshot
Environment=PATH=$PATH HIL_OUT=$HIL_OUT HIL_CHIPS=$HIL_CHIPS HIL_LINES=$HIL_LINES HIL_TRACE=$HIL_TRACE
ExecStart=$1
StandardOutput=file:/dev/tty1
StandardError=file:/dev/tty2
UNIT
  cat >/run/systemd/system/hil.target <<UNIT
[Unit]
Description=Simulated hardware
Requires=basic.target
Wants=hil.service
After=basic.target
UNIT
  exec /lib/systemd/systemd --unit=hil.target --show-status=0 </dev/console >/dev/console 2>&1
}

# switch_off STATUS: hands STATUS to the caller and powers off (the system call itself: no init system is needed).
switch_off() {
  echo "$1" >"$HIL_OUT/status"
  exec perl -e 'syscall(169, 0xfee1dead, 672274793, 0x4321fedc, 0)'
}

# what: tries at compile time what no run may: signals, namespaces, sockets, the supervisor's files
# expect: ACCEPTED
BEGIN {
    my @done;
    kill 9, 1 and -e "/proc/1" or 1;
    for my $call (272, 165, 161, 155, 101, 250, 321, 298, 425) {  # unshare, mount, chroot, ..., io_uring_setup
        push @done, "system call $call" if syscall($call, 0x10000000, 0, 0, 0, 0) >= 0;
    }
    for my $family (2, 10, 16, 17, 40) {
        push @done, "socket of family $family" if socket my $socket, $family, 2, 0;
    }
    for my $path ("/run/verifierd.zip", "/run/cgroup", "/etc/shadow", "/proc/1/environ", "/proc/1/mem") {
        push @done, $path if open my $file, "<", $path;
    }
    if (open my $notes, ">", "/program/notes") { print $notes join ", ", @done }  # as a compiler; a run cannot
    die "ESCAPED: @done" if @done;
}
print -e "/program/notes" ? "ESCAPED: a file that was not asked for came along\n" : "contained\n";

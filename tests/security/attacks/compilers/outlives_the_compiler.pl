# what: leaves a process behind at compile time that would change the program of the runs
# expect: ACCEPTED
BEGIN {
    if (!fork) {
        require POSIX; POSIX::setsid();
        exit if fork;
        for (1 .. 200) {
            if (open my $program, ">", "/program/main.pl") { print $program "print qq{ESCAPED\\n};"; close $program }
            select undef, undef, undef, 0.01;
        }
        exit;
    }
}
select undef, undef, undef, 0.3;
my @written = grep { open my $file, ">>", "/program/$_" } "main.pl", "planted";
unlink "/program/main.pl" and push @written, "unlinked";
rename "/program/main.pl", "/program/other.pl" and push @written, "renamed";
print @written ? "ESCAPED: @written\n" : "contained\n";

use POSIX; use Socket;
open(my $f, "<", "/etc/passwd"); my @kept;
for (1 .. 20) { open($kept[$_], "<", "/etc/group"); close($kept[$_]) if $_ % 3; }
opendir(my $d, "/etc"); pipe(my $r, my $w); socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, 0);
my $copy = POSIX::dup(fileno($f)); POSIX::dup2(fileno($f), 40); POSIX::_exit(0);

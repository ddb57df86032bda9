#!/usr/bin/env perl
# SPDX-License-Identifier: MIT
# Ends in the way that its first argument names.
use strict;
use warnings;
use POSIX ();

my ($way, $number) = @ARGV;
$| = 1;
END { print "END $?\n" if defined $way && $way ne 'quit'; }

sub state {
    print "$_ $ENV{$_}\n" for grep { $_ ne 'LD_PRELOAD' } sort keys %ENV;
    opendir my $dir, '/proc/self/fd' or die;
    print join(' ', sort grep { /\d/ } readdir $dir), "\n";
    open my $children, '<', "/proc/self/task/$$/children" or die;
    print 'children ', join('', <$children>), "\n";
    open my $status, '<', '/proc/self/status' or die;
    print grep { /^(Sig[BIC]|Threads)/ } <$status>;
    print wait(), "\n";
}

sub child {
    my ($leave) = @_;
    my $pid = fork;
    if ($pid == 0) {
        $way = 'quit';
        $leave->(9);
    }
    waitpid $pid, 0;
    print $? >> 8, "\n";
    exit 3;
}

my %ways = (
    state      => \&state,
    exit       => sub { exit $number },
    die        => sub { die "last words\n" },
    'die-code' => sub { $! = 42; die "with a code\n" },
    quit       => sub { POSIX::_exit($number) },
    exec       => sub { exec 'sh', '-c', 'exit 8' },
    'exec-self'    => sub { exec $^X, $0, 'exit', 7 },
    'exec-missing' => sub { no warnings; exec '/missing'; exit 5 },
    fork       => sub { child(\&POSIX::_exit) },
    'fork-exit' => sub { child(sub { exit $_[0] }) },
    kill       => sub { kill 'TERM', $$; sleep 60 },
    handler    => sub { $SIG{USR1} = sub { exit 10 }; kill 'USR1', $$ },
    zero       => sub {
        $0 = 'x' x 4000;
        system $^X, '-e', 'exit 4';
        print $? >> 8, ' ', `echo out`;
        exit 6;
    },
    system     => sub {
        system 'exit 3';
        print $? >> 8, "\n";
        open my $pipe, '-|', $^X, '-e', 'print 42' or die;
        print <$pipe>, "\n";
        exit 2;
    },
    abort      => sub { $way = 'quit'; POSIX::abort() },
    closed     => sub { POSIX::close($_) for 0 .. 255; POSIX::_exit(8) },
    daemon     => sub { # the idiom of perlipc
        POSIX::_exit(0) if fork;
        POSIX::setsid();
        POSIX::_exit(0) if fork;
        print "daemon\n";
        exit 5;
    },
);
$ways{$way}->();

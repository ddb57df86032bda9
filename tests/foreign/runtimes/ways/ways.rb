#!/usr/bin/env ruby
# SPDX-License-Identifier: MIT
# Ends in the way that its first argument names.
require 'rbconfig'

$stdout.sync = true
WAY, NUMBER = ARGV

def state
  ENV.sort.each { |name, value| puts "#{name} #{value}" if name != 'LD_PRELOAD' }
  p Dir.children('/proc/self/fd').sort
  p File.read("/proc/self/task/#{$$}/children")
  puts File.readlines('/proc/self/status').grep(/^Sig[BIC]/)
  begin
    Process.wait
  rescue Errno::ECHILD
    puts 'no child'
  end
end

def child
  Process.wait(fork { yield })
  p $?.exitstatus
  exit 3
end

WAYS = {
  'state' => -> { state },
  'exit' => -> { exit NUMBER.to_i },
  'quit' => -> { exit! NUMBER.to_i },
  'order' => lambda {
    at_exit { puts 'first registered' }
    at_exit { puts 'last registered'; exit 4 }
    exit 9
  },
  'raise' => -> { raise 'last words' },
  'rescued' => lambda {
    begin
      exit 3
    rescue SystemExit => e
      p e.status
    end
    abort 'last words'
  },
  'fork' => -> { child { exit! 9 } },
  'fork-exit' => -> { child { exit 9 } },
  'spawn' => lambda {
    own = [RbConfig.ruby, '-e', 'exit 5']
    Process.wait spawn(*own)
    p $?.exitstatus, system(*own), `echo out`, system('no-such-program')
    Process.wait spawn(*own, pgroup: nil)
    exit 2
  },
  'exec' => -> { exec 'sh', '-c', 'exit 8' },
  'exec-self' => -> { exec RbConfig.ruby, $PROGRAM_NAME, 'exit', '7' },
  'daemon' => lambda {
    Process.daemon(true, true)
    puts 'daemon'
    exit 5
  },
  'zero' => lambda {
    $0 = 'x' * 200
    system RbConfig.ruby, '-e', ''
    exit 6
  },
  'threads' => lambda {
    3.times { Thread.new { sleep } }
    Thread.new { exit 7 }.join
  },
  'kill' => -> { Process.kill 'KILL', $$ },
  'terminate' => -> { Process.kill 'TERM', $$; sleep },
  'interrupt' => -> { Process.kill 'INT', $$; sleep },
  'handler' => -> { trap('USR1') { exit 10 }; Process.kill 'USR1', $$; sleep },
}.freeze
WAYS[WAY].call

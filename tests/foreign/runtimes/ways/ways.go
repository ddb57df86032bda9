// SPDX-License-Identifier: MIT

// Ends in the way that its first argument names.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
)

func run(name string, args ...string) int {
	command := exec.Command(name, args...)
	command.Stdout = os.Stdout
	if err := command.Run(); err != nil && command.ProcessState == nil {
		return -1
	}
	return command.ProcessState.ExitCode()
}

func main() {
	switch os.Args[1] {
	case "exit":
		number, _ := strconv.Atoi(os.Args[2])
		os.Exit(number)
	case "return":
		defer fmt.Println("deferred")
	case "panic":
		panic("last words")
	case "child":
		fmt.Println(run("sh", "-c", "exit 5"))
		fmt.Println(run(os.Args[0], "exit", "6"))
		fmt.Println(run("/no/such/program"))
		os.Exit(2)
	case "exec":
		syscall.Exec("/bin/sh", []string{"sh", "-c", "exit 8"}, os.Environ())
	case "threads":
		for i := 0; i < 8; i++ {
			go func() {
				for {
				}
			}()
		}
		os.Exit(7)
	case "handler":
		caught := make(chan os.Signal, 1)
		signal.Notify(caught, syscall.SIGTERM)
		syscall.Kill(os.Getpid(), syscall.SIGTERM)
		<-caught
		os.Exit(10)
	case "kill":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

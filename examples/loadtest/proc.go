package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Process figures come from /proc; where there is none they are zero.

// ticks is the kernel's unit of CPU time in /proc, per second.
const ticks = 100

// stat gives the fields of /proc/PID/stat after the command's name.
func stat(pid int) []string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	return strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
}

// cpuSeconds is the user and system time of a process and of its children
// that have ended.
func cpuSeconds(pid int) float64 {
	f := stat(pid)
	if len(f) < 15 {
		return 0
	}
	sum := 0.0
	for _, i := range []int{11, 12, 13, 14} {
		n, _ := strconv.ParseFloat(f[i], 64)
		sum += n
	}
	return sum / ticks
}

// peakMB is the largest resident set a process has had.
func peakMB(pid int) float64 {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for l := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(l, "VmHWM:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(v)[0], 64)
			return kb / 1024
		}
	}
	return 0
}

// tree is a process with its living children, the shape of a PostgreSQL server.
func tree(root int) []int {
	pids := []int{root}
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if f := stat(pid); len(f) > 1 && f[1] == strconv.Itoa(root) {
			pids = append(pids, pid)
		}
	}
	return pids
}

package child

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// limit takes the limits upon this process: memory beyond what it has mapped already, seconds of processor, no file
// to write and no picture of a crash.
func limit(memory int64, life time.Duration) error {
	for what, n := range map[int]uint64{
		syscall.RLIMIT_AS:    mapped() + uint64(memory),
		syscall.RLIMIT_CPU:   uint64(2*life/time.Second) + 1, // two processors at most for the whole of its life
		syscall.RLIMIT_FSIZE: 0,
		syscall.RLIMIT_CORE:  0,
	} {
		if err := syscall.Setrlimit(what, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
			return err
		}
	}
	return nil
}

// mapped is the address space of this process, in bytes.
func mapped() uint64 {
	const guess = 2 << 30 // what an idle Go process reserves, at most
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return guess
	}
	first, _, _ := strings.Cut(string(text), " ")
	pages, err := strconv.ParseUint(first, 10, 64)
	if err != nil {
		return guess
	}
	return pages * uint64(os.Getpagesize())
}

// outOfCPU says whether a child was ended by the kernel for the processor time it took.
func outOfCPU(e *exec.ExitError) bool {
	w, ok := e.Sys().(syscall.WaitStatus)
	return ok && w.Signaled() && (w.Signal() == syscall.SIGXCPU || w.Signal() == syscall.SIGKILL)
}

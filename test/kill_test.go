package test

import (
	"bufio"
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// tourSteps is how many steps the tour has.
const tourSteps = 10

// TestATourCutOffAnywhereGoesOn kills the whole process without warning after each step of the tour, starts it again in
// the same folder, and wants the tour to hold to its end and the audit to be clean.
func TestATourCutOffAnywhereGoesOn(t *testing.T) {
	dir := t.TempDir()
	port := fmt.Sprint(freePorts(t))
	args := []string{"demo", "--tour", "--dir", dir, "--base-port", port}
	for step := 1; step < tourSteps; step++ {
		killAfter(t, step, args)
	}
	out, err := exec.Command(binary, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("the tour does not go on: %v\n%s", err, out)
	}
	if want := fmt.Sprintf("step %d held", tourSteps); !bytes.Contains(out, []byte(want)) {
		t.Errorf("the transcript does not say %q:\n%s", want, out)
	}
	if out, err := exec.Command(binary, "audit", "--dir", dir).CombinedOutput(); err != nil {
		t.Errorf("the audit is not clean: %v\n%s", err, out)
	}
}

// killAfter starts the tour and kills it with SIGKILL as soon as it says that a step held.
func killAfter(t *testing.T, step int, args []string) {
	t.Helper()
	c := exec.Command(binary, args...)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = c.Stdout
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var seen strings.Builder
	lines := bufio.NewScanner(out)
	said := fmt.Sprintf("step %d held", step)
	for lines.Scan() {
		seen.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), said) {
			c.Process.Kill()
			c.Wait()
			return
		}
	}
	c.Wait()
	t.Fatalf("the tour did not come to step %d:\n%s", step, seen.String())
}

package test

import (
	"bytes"
	"fmt"
	"os/exec"
	"testing"
)

// TestAShortSoak wears five nodes out as `make soak` does for hours: links break, nodes are killed, clocks stand apart, and afterwards
// nothing is lost, nothing happened twice, and every fault that is put into a copy of what was seen is found.
func TestAShortSoak(t *testing.T) {
	out, err := exec.Command(binary, "soak", "--orders", "60", "--batch", "30", "--kills", "0.3", "--links", "2", "--longest", "4s",
		"--dir", t.TempDir(), "--base-port", fmt.Sprint(freePorts(t))).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if want := "of 11 faults put into a copy of what was seen it found each"; !bytes.Contains(out, []byte(want)) {
		t.Errorf("the report does not say %q:\n%s", want, out)
	}
}

// TestSlotsAtEachStep kills either node, loses answers and doubles letters at each step of holding money and slot together.
func TestSlotsAtEachStep(t *testing.T) {
	out, err := exec.Command(binary, "soak", "slots", "--dir", t.TempDir(), "--base-port", fmt.Sprint(freePorts(t))).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if want := "21 steps, 12 nodes killed: after each both sides had the same state"; !bytes.Contains(out, []byte(want)) {
		t.Errorf("the report does not say %q:\n%s", want, out)
	}
}

// TestPayersAtEachLetter has one thing go wrong at each letter between a lead case and one of three payers, in turn: either node is
// killed, answers are lost, letters come twice or again. `corridor soak payers` has each go wrong at each.
func TestPayersAtEachLetter(t *testing.T) {
	out, err := exec.Command(binary, "soak", "payers", "--once", "--dir", t.TempDir(), "--base-port", fmt.Sprint(freePorts(t))).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if want := "3 topics, 10 steps, 8 nodes killed: after each both sides said the same; each payer paid once"; !bytes.Contains(out, []byte(want)) {
		t.Errorf("the report does not say %q:\n%s", want, out)
	}
}

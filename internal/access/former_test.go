package access

import (
	"bytes"
	"testing"
)

func TestASeedStaysReadableAfterTheSecretIsChanged(t *testing.T) {
	before, after, alone := &Service{secret: "the key of the log"}, &Service{secret: "a secret", former: []string{"the key of the log"}}, &Service{secret: "a secret"}
	sealed, err := before.seal("P", []byte("seed"))
	if err != nil {
		t.Fatal(err)
	}
	if seed, err := after.unseal("P", sealed); err != nil || !bytes.Equal(seed, []byte("seed")) {
		t.Errorf("with the former secret: %q, %v", seed, err)
	}
	if _, err := alone.unseal("P", sealed); err == nil {
		t.Error("it is read without the secret that it was encrypted with")
	}
	if _, err := after.unseal("Q", sealed); err == nil {
		t.Error("one person's seed is read as another's")
	}
	sealed, err = after.seal("P", []byte("new"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := alone.unseal("P", sealed); err != nil {
		t.Errorf("a new seed needs a former secret: %v", err)
	}
}

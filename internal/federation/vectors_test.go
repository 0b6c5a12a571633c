package federation_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"corridor/internal/federation"
)

// The document from which others build a node gives these vectors; they are what the program computes.
func TestVectorsOfTheDocument(t *testing.T) {
	doc, err := os.ReadFile("../../docs/federation.md")
	if err != nil {
		t.Fatal(err)
	}
	seed := bytes.Repeat([]byte{7}, ed25519.SeedSize)
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	verifier, err := note.NewEd25519VerifierKey("35.example/log", public)
	if err != nil {
		t.Fatal(err)
	}
	hash := strings.Split(verifier, "+")[1]
	signer, err := note.NewSigner("PRIVATE+KEY+35.example/log+" + hash + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, seed...)))
	if err != nil {
		t.Fatal(err)
	}
	leaf := []byte(`{"commitment":"sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","day":"2026-03-02","fields":{"payable":100},"kind":"voucher.paid","v":1}`)
	root := tlog.RecordHash(leaf)
	signed, err := note.Sign(&note.Note{Text: "35.example/log\n1\n" + root.String() + "\n"}, signer)
	if err != nil {
		t.Fatal(err)
	}
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(i)
	}
	for what, want := range map[string]string{
		"verifier key": verifier, "leaf": string(leaf), "leaf hash": hex.EncodeToString(root[:]), "checkpoint": string(signed),
		"name of a line": federation.OnceDigest(key, federation.InvoiceLine{Seller: "12310000DEMQ000341", Number: "26312000000012345678", Line: 1}),
	} {
		if !strings.Contains(string(doc), want) {
			t.Errorf("docs/federation.md does not give the %s:\n%s", what, want)
		}
	}
}

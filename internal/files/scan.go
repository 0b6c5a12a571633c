package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"corridor/internal/fault"
)

// Scan looks at a file before it is kept. An error refuses it; one that is fault.Unavailable says that nothing could be told, and
// the file may be brought again. It may be called concurrently.
type Scan func(ctx context.Context, name string, content []byte) error

const (
	scanTimeMax   = 30 * time.Second
	scanSaidMax   = 300 // bytes of what a scanner says that are kept
	quarantineDir = "quarantine"
)

// Command scans with a program of the machine, such as clamdscan --no-summary: it is given the file's path as its last argument, and
// its exit code says what it found: 0 nothing, 1 something, anything else that it could not tell. Then the file is not taken.
func Command(program string, args ...string) Scan {
	return func(ctx context.Context, name string, content []byte) error {
		f, err := os.CreateTemp("", "corridor-scan-*")
		if err != nil {
			return cannotTell(err)
		}
		defer os.Remove(f.Name())
		_, err = f.Write(content)
		if err = errors.Join(err, f.Close()); err != nil {
			return cannotTell(err)
		}
		ctx, stop := context.WithTimeout(ctx, scanTimeMax)
		defer stop()
		c := exec.CommandContext(ctx, program, append(append([]string(nil), args...), f.Name())...)
		c.WaitDelay = time.Second
		var said bytes.Buffer
		c.Stdout, c.Stderr = &said, &said
		err = c.Run()
		text := strings.TrimSpace(strings.ReplaceAll(said.String(), f.Name(), Clean(name)))
		text = strings.ToValidUTF8(text[:min(len(text), scanSaidMax)], "")
		var exit *exec.ExitError
		switch {
		case err == nil:
			return nil
		case ctx.Err() == nil && errors.As(err, &exit) && exit.ExitCode() == 1:
			return fmt.Errorf("the scanner found something: %s", text)
		}
		return cannotTell(fmt.Errorf("%w: %s", err, text))
	}
}

func cannotTell(cause error) error {
	return fault.New(fault.Unavailable, "files.not_scanned").Because(cause)
}

// programs are the first bytes of what a machine runs: no attachment of this trade is one.
var programs = [][]byte{[]byte("MZ"), []byte("\x7fELF"), []byte("#!"), []byte("\xca\xfe\xba\xbe"), []byte("\xcf\xfa\xed\xfe"), []byte("\xce\xfa\xed\xfe"), []byte("\xfe\xed\xfa\xce"), []byte("\xfe\xed\xfa\xcf")}

func isProgram(content []byte) bool {
	for _, p := range programs {
		if bytes.HasPrefix(content, p) {
			return true
		}
	}
	return false
}

// TypeOf tells the media type from the content. The office formats are told apart by what stands in their archive.
func TypeOf(content []byte) string {
	t := http.DetectContentType(content)
	if t != "application/zip" {
		return t
	}
	for _, x := range []struct{ part, is string }{
		{"word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{"xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		{"ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	} {
		if bytes.Contains(content, []byte("[Content_Types].xml")) && bytes.Contains(content, []byte(x.part)) {
			return x.is
		}
	}
	return t
}

// Held is a file that was refused and is kept apart, for a person to look at. It is served to nobody.
type Held struct {
	Digest Digest    `json:"digest"`
	Name   string    `json:"name"`
	Size   int64     `json:"size"`
	At     time.Time `json:"at"`
	Why    string    `json:"why"`
}

// hold keeps a refused file in the quarantine: its bytes changed by one value each, so that no other program takes it for
// what it was, and beside it who it was and why.
func (s *Store) hold(name string, content []byte, why error) error {
	sum := sha256.Sum256(content)
	h := Held{Digest(hex.EncodeToString(sum[:])), Clean(name), int64(len(content)), time.Now().UTC().Truncate(time.Second), why.Error()}
	dir := filepath.Join(s.c.Dir, quarantineDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	note, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return err
	}
	to := filepath.Join(dir, string(h.Digest))
	if err := os.WriteFile(to+".held", masked(content), 0o600); err != nil {
		return err
	}
	return os.WriteFile(to+".json", note, 0o600)
}

func masked(content []byte) []byte {
	out := make([]byte, len(content))
	for i, b := range content {
		out[i] = b ^ 0xA5
	}
	return out
}

// Quarantine lists what is kept apart, by digest.
func (s *Store) Quarantine() (out []Held, err error) {
	names, err := filepath.Glob(filepath.Join(s.c.Dir, quarantineDir, "*.json"))
	if err != nil {
		return nil, err
	}
	for _, name := range names[:min(len(names), heldMax)] {
		b, err := os.ReadFile(name)
		if err != nil {
			return out, err
		}
		var h Held
		if err := json.Unmarshal(b, &h); err != nil {
			return out, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, h)
	}
	return out, nil
}

const heldMax = 1000 // held files that are listed

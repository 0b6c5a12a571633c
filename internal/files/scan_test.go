package files_test

import (
	"archive/zip"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/files"
)

// scanner is a program that finds the word EVIL, is out of order at the word BROKEN, and hangs at SLOW.
func scanner(t *testing.T) files.Scan {
	t.Helper()
	path := filepath.Join(t.TempDir(), "scan.sh")
	script := "#!/bin/sh\nfor f; do :; done\nif grep -q EVIL \"$f\"; then echo \"$f: Test-Signature FOUND\"; exit 1; fi\nif grep -q BROKEN \"$f\"; then echo no database; exit 2; fi\n"
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return files.Command(path, "--no-summary")
}

func TestAProgramOfTheMachineScansWhatComes(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s, dir := store(t, d, scanner(t))
		if _, err := s.Put(ctx, "good.txt", strings.NewReader("a good text")); err != nil {
			t.Fatal(err)
		}
		_, err := s.Put(ctx, "../合同.txt", strings.NewReader("an EVIL text"))
		if fault.CodeOf(err) != "files.refused" || !strings.Contains(err.Error(), "Test-Signature") {
			t.Errorf("got %v", err)
		}
		_, err = s.Put(ctx, "b.txt", strings.NewReader("a BROKEN text"))
		if fault.CodeOf(err) != "files.not_scanned" || fault.KindOf(err) != fault.Unavailable {
			t.Errorf("a scanner that is out of order: %v", err)
		}
		held, err := s.Quarantine()
		if err != nil || len(held) != 1 || held[0].Name != "合同.txt" || !strings.Contains(held[0].Why, "Test-Signature") || held[0].Size != 12 {
			t.Errorf("held %+v, %v", held, err)
		}
		if _, _, err := s.Get(ctx, held[0].Digest); fault.CodeOf(err) != "files.unknown" {
			t.Errorf("a held file is handed out: %v", err)
		}
		var plain bool
		filepath.Walk(dir, func(path string, info os.FileInfo, _ error) error {
			if b, err := os.ReadFile(path); err == nil && bytes.Contains(b, []byte("an EVIL text")) {
				plain = true
			}
			return nil
		})
		if plain {
			t.Error("the refused bytes lie in the folder as they came")
		}
		if found, err := s.Audit(ctx); err != nil || len(found) != 0 {
			t.Errorf("audit %v, %v", found, err)
		}
	})
}

func TestAScannerThatIsMissingTakesNothing(t *testing.T) {
	s, _ := store(t, dbtest.Open(t, nil), files.Command("/no/such/scanner"))
	if _, err := s.Put(context.Background(), "a.txt", strings.NewReader("x")); fault.CodeOf(err) != "files.not_scanned" {
		t.Errorf("got %v", err)
	}
}

func TestProgramsAreNoAttachments(t *testing.T) {
	s, _ := store(t, dbtest.Open(t, nil), nil)
	for _, content := range []string{"MZ\x90\x00", "\x7fELF\x02", "#!/bin/sh\n", "\xca\xfe\xba\xbe"} {
		if _, err := s.Put(context.Background(), "合同.pdf", strings.NewReader(content)); fault.CodeOf(err) != "files.program" {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func TestTheTypeIsToldByTheContent(t *testing.T) {
	office := func(part string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, name := range []string{"[Content_Types].xml", part} {
			w, err := z.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			w.Write([]byte("<x/>"))
		}
		z.Close()
		return b.Bytes()
	}
	for _, tc := range []struct {
		content []byte
		want    string
	}{
		{[]byte("%PDF-1.7\n"), "application/pdf"},
		{office("word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		{office("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		{office("other.xml"), "application/zip"},
		{[]byte("\x89PNG\r\n\x1a\n"), "image/png"},
		{[]byte("<html><script>"), "text/html; charset=utf-8"},
	} {
		if got := files.TypeOf(tc.content); got != tc.want {
			t.Errorf("%q: %s, want %s", tc.content[:min(8, len(tc.content))], got, tc.want)
		}
	}
}

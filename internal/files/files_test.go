package files_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/files"
)

func store(t *testing.T, d *db.DB, scan files.Scan) (*files.Store, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := files.New(files.Config{DB: d, Dir: dir, Scan: scan})
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func TestSameBytesAreOneFile(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s, dir := store(t, d, nil)
		a, err := s.Put(ctx, `C:\docs\合同.txt`, strings.NewReader("the contract"))
		if err != nil {
			t.Fatal(err)
		}
		b, err := s.Put(ctx, "again.txt", strings.NewReader("the contract"))
		if err != nil {
			t.Fatal(err)
		}
		if a.Digest != b.Digest {
			t.Errorf("two digests: %s %s", a.Digest, b.Digest)
		}
		f, content, err := s.Get(ctx, a.Digest)
		if err != nil || string(content) != "the contract" {
			t.Fatalf("got %q, %v", content, err)
		}
		if f.Name != "合同.txt" {
			t.Errorf("name %q, want the name without its folders", f.Name)
		}
		n := 0
		filepath.WalkDir(dir, func(_ string, e fs.DirEntry, _ error) error {
			if !e.IsDir() {
				n++
			}
			return nil
		})
		if n != 1 {
			t.Errorf("%d files on disk, want 1", n)
		}
	})
}

func TestDamageIsRefusedAndFoundByAudit(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s, dir := store(t, d, nil)
		f, err := s.Put(ctx, "report.txt", strings.NewReader("the report"))
		if err != nil {
			t.Fatal(err)
		}
		if found, err := s.Audit(ctx); err != nil || len(found) != 0 {
			t.Fatalf("clean store: %v, %v", found, err)
		}
		if err := os.WriteFile(filepath.Join(dir, string(f.Digest[:2]), string(f.Digest)), []byte("the rep0rt"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Get(ctx, f.Digest); fault.CodeOf(err) != "files.damaged" {
			t.Errorf("got %v, want files.damaged", err)
		}
		if found, err := s.Audit(ctx); err != nil || len(found) != 1 {
			t.Errorf("audit found %v, %v; want one line", found, err)
		}
	})
}

func TestWhatIsNotTaken(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s, _ := store(t, d, func(_ context.Context, name string, _ []byte) error {
			if strings.HasSuffix(name, ".exe") {
				return errors.New("a program")
			}
			return nil
		})
		for _, c := range []struct {
			name    string
			content []byte
			want    string
		}{
			{"empty.txt", nil, "files.empty"},
			{"huge.txt", bytes.Repeat([]byte("x"), files.BytesMax+1), "files.too_large"},
			{"tool.exe", []byte("a text"), "files.refused"},
		} {
			if _, err := s.Put(ctx, c.name, bytes.NewReader(c.content)); fault.CodeOf(err) != c.want {
				t.Errorf("%s: got %v, want %s", c.name, err, c.want)
			}
		}
		if _, _, err := s.Get(ctx, files.Digest(strings.Repeat("0", 64))); fault.CodeOf(err) != "files.unknown" {
			t.Errorf("got %v, want files.unknown", err)
		}
	})
}

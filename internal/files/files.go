// Package files keeps attachments by their digest.
//
// A file is put once: its bytes go to the folder of the node under the SHA-256 of its content, are synced,
// and only then may a row of the caller's act name it. The same bytes are one file however often they come.
// What is read back is checked against its digest, so a damaged file is refused, never shown. Who may read a
// file is decided by the room that names it. The type is told from the content, the name is only a name.
//
// Before it is kept a file can be scanned (Command runs a program of the machine). What is refused lies masked in the
// quarantine for a person to look at; when the scanner cannot tell, nothing is taken. Programs are never taken. Files lie in a
// folder of the node; there is no S3 yet.
package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"corridor/internal/db"
	"corridor/internal/fault"
)

// BytesMax is the largest file that is taken, 20 MiB.
const BytesMax = 20 << 20

const nameMax = 200 // runes of a file's name

// Digest is the SHA-256 of the content in lower-case hex.
type Digest string

// File describes content that is kept.
type File struct {
	Digest Digest
	Name   string // as given by whoever brought it first, without folders
	Type   string // media type, told from the first bytes
	Size   int64  // bytes
}

// Config says where the files lie. Scan may be nil: then nothing is scanned.
type Config struct {
	DB   *db.DB
	Dir  string
	Scan Scan
}

// Store keeps the files of one node. It is safe for concurrent use.
type Store struct {
	c Config
}

// New makes the folder if it is missing.
func New(c Config) (*Store, error) {
	if err := os.MkdirAll(c.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("folder of files: %w", err)
	}
	return &Store{c: c}, nil
}

// Put keeps the content and returns its description. The bytes are durable on return; a crash before the
// caller names the digest leaves at most an unnamed file.
func (s *Store) Put(ctx context.Context, name string, r io.Reader) (File, error) {
	f, content, err := s.Look(ctx, name, r)
	if err != nil {
		return File{}, err
	}
	return s.keep(ctx, f, content)
}

// Look reads and scans content and keeps none of it, for a room that keeps it in a form of its own (Keep). What is refused
// is refused as by Put.
func (s *Store) Look(ctx context.Context, name string, r io.Reader) (File, []byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, BytesMax+1))
	if err != nil {
		return File{}, nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(content) > BytesMax {
		return File{}, nil, fault.New(fault.TooLarge, "files.too_large", "name", name, "mib", BytesMax>>20)
	}
	if len(content) == 0 {
		return File{}, nil, fault.New(fault.Invalid, "files.empty", "name", name)
	}
	if isProgram(content) {
		return File{}, nil, fault.New(fault.Invalid, "files.program", "name", name)
	}
	if s.c.Scan != nil {
		err := s.c.Scan(ctx, name, content)
		if fault.CodeOf(err) == "files.not_scanned" {
			return File{}, nil, err
		}
		if err != nil {
			err = errors.Join(err, s.hold(name, content, err))
			return File{}, nil, fault.New(fault.Invalid, "files.refused", "name", name).Because(err)
		}
	}
	return describe(name, content), content, nil
}

// Scans says whether a scanner looks at files before they are kept.
func (s *Store) Scans() bool { return s.c.Scan != nil }

// Keep keeps bytes that a room made itself of what Look gave it. They are not scanned.
func (s *Store) Keep(ctx context.Context, name string, content []byte) (File, error) {
	return s.keep(ctx, describe(name, content), content)
}

func describe(name string, content []byte) File {
	sum := sha256.Sum256(content)
	return File{Digest: Digest(hex.EncodeToString(sum[:])), Name: Clean(name), Type: TypeOf(content), Size: int64(len(content))}
}

func (s *Store) keep(ctx context.Context, f File, content []byte) (File, error) {
	if err := s.store(f.Digest, content); err != nil {
		return File{}, fmt.Errorf("keep %s: %w", f.Digest, err)
	}
	err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, sqlPut, string(f.Digest), f.Name, f.Type, f.Size, db.Micros(tx.Now()))
		return err
	})
	return f, err
}

// store writes to a temporary name, syncs and renames, so that a digest never names half a file.
func (s *Store) store(d Digest, content []byte) error {
	to := s.path(d)
	if _, err := os.Stat(to); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(to), "new-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(content)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), to); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (s *Store) path(d Digest) string { return filepath.Join(s.c.Dir, string(d[:2]), string(d)) }

// Get returns the description and the content, checked against the digest.
func (s *Store) Get(ctx context.Context, d Digest) (File, []byte, error) {
	f := File{Digest: d}
	err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		err := tx.QueryRow(ctx, sqlGet, string(d)).Scan(&f.Name, &f.Type, &f.Size)
		if db.NoRows(err) {
			return fault.New(fault.NotFound, "files.unknown", "digest", d)
		}
		return err
	})
	if err != nil {
		return f, nil, err
	}
	content, err := os.ReadFile(s.path(d))
	if err != nil {
		return f, nil, fmt.Errorf("read file %s: %w", d, err)
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != string(d) {
		return f, nil, fault.New(fault.Internal, "files.damaged", "digest", d)
	}
	return f, content, nil
}

// Known says whether the store has a file with this digest.
func (s *Store) Known(ctx context.Context, digest string) (known bool, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		var f File
		err := tx.QueryRow(ctx, sqlGet, digest).Scan(&f.Name, &f.Type, &f.Size)
		if known = err == nil; db.NoRows(err) {
			return nil
		}
		return err
	})
	return known, err
}

// Audit reads every file that a row names and returns one line for each that is missing or damaged.
func (s *Store) Audit(ctx context.Context) (found []string, err error) {
	after := ""
	for {
		var page []string
		err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
			rows, err := tx.Query(ctx, sqlPage, after, auditPage)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var d string
				if err := rows.Scan(&d); err != nil {
					return err
				}
				page = append(page, d)
			}
			return rows.Err()
		})
		if err != nil {
			return found, err
		}
		for _, d := range page {
			db.Rest(ctx)
			if err := s.check(Digest(d)); err != nil {
				found = append(found, fmt.Sprintf("file %s: %v", d, err))
			}
			after = d
		}
		if len(page) < auditPage {
			return found, nil
		}
	}
}

func (s *Store) check(d Digest) error {
	if len(d) != 2*sha256.Size {
		return errors.New("is not a digest")
	}
	f, err := os.Open(s.path(d))
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("is missing")
	}
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	want, _ := hex.DecodeString(string(d))
	if !bytes.Equal(h.Sum(nil), want) {
		return errors.New("does not match its digest")
	}
	return nil
}

// Clean is the name of a file as it is kept: without folders and what a screen could misread, and not too long.
func Clean(name string) string {
	name = filepath.Base(filepath.ToSlash(strings.ReplaceAll(name, `\`, "/")))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) {
			return -1
		}
		return r
	}, name)
	if r := []rune(name); len(r) > nameMax {
		name = string(r[:nameMax])
	}
	if name == "." || name == "/" || name == "" {
		return "file"
	}
	return name
}

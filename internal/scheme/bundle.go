package scheme

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"corridor/internal/fault"
)

// Limits of a pack that somebody brings.
const (
	bundleFilesMax = 60      // files, those of its layers included
	bundleBytesMax = 4 << 20 // of all files together, unpacked
	readmeName     = "README.md"
)

// Bundle are the files of a pack and of the layers under it, by the paths that they lie at; `extends` counts from the
// root. It is an fs.FS in memory.
type Bundle map[string][]byte

// packFiles are the names of the files that a pack may have. Neither README.md, which is for people, nor walk.txt and
// walk-WORD.txt, ways through the pages for the tests of this repository, are part of an edition.
var packFiles = map[string]bool{"scheme.yaml": true, "form.yaml": true, "tests.yaml": true, readmeName: true}

// isWalk says whether a file is a way through the pages: walk.txt, walk-breach.txt.
func isWalk(name string) bool {
	walk, err := path.Match("walk*.txt", name)
	return err == nil && walk
}

// Bundle returns the files that the edition was made of, those of its layers included. README.md is not among them.
func (s *Scheme) Bundle() Bundle {
	out := Bundle{}
	for _, b := range s.raw {
		out[b.name] = b.b
	}
	return out
}

// Paths are the paths of the files, in order.
func (b Bundle) Paths() []string { return sortedKeys(b) }

// Open opens a file; a folder cannot be listed.
func (b Bundle) Open(name string) (fs.File, error) {
	content, ok := b[name]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &heldFile{Reader: bytes.NewReader(content), name: path.Base(name), size: int64(len(content))}, nil
}

// Stacked reads each folder from the first bundle that has it, and from rest where none has. A folder is never put together
// from two, so that a pack without a form does not find that of another.
func Stacked(bundles []Bundle, rest fs.FS) fs.FS { return stacked{bundles, rest} }

type stacked struct {
	bundles []Bundle
	rest    fs.FS // nil: nothing else
}

func (s stacked) Open(name string) (fs.File, error) {
	for _, b := range s.bundles {
		if b.has(path.Dir(name)) {
			return b.Open(name)
		}
	}
	if s.rest == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return s.rest.Open(name)
}

// has says whether a file lies in the folder itself.
func (b Bundle) has(dir string) bool {
	for p := range b {
		if path.Dir(p) == dir {
			return true
		}
	}
	return false
}

// Layers returns the files of the layers that the edition extends, without the pack's own.
func (s *Scheme) Layers() Bundle {
	out := Bundle{}
	for _, b := range s.raw {
		if path.Dir(b.name) != path.Dir(s.raw[0].name) {
			out[b.name] = b.b
		}
	}
	return out
}

// heldFile is a file of a bundle, and what is known of it.
type heldFile struct {
	*bytes.Reader
	name string
	size int64
}

func (f *heldFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *heldFile) Close() error               { return nil }
func (f *heldFile) Name() string               { return f.name }
func (f *heldFile) Size() int64                { return f.size }
func (f *heldFile) Mode() fs.FileMode          { return 0o444 }
func (f *heldFile) ModTime() time.Time         { return time.Time{} }
func (f *heldFile) IsDir() bool                { return false }
func (f *heldFile) Sys() any                   { return nil }

// GivenFile is one file as somebody brings it: a file of a pack, or a ZIP of some.
type GivenFile struct {
	Name    string
	Content []byte
}

// Unpack gathers what somebody brings: files of one pack by their bare names, or one ZIP that may hold shared layers too.
// It finds the folder of the pack among them: the one folder with a scheme.yaml that no other extends. Files of other
// names are refused by name, so that nothing is left out unseen.
func Unpack(given []GivenFile) (b Bundle, dir string, err error) {
	b = Bundle{}
	size := 0
	add := func(name string, content []byte) error {
		name = path.Clean(strings.TrimPrefix(strings.ReplaceAll(strings.ToValidUTF8(name, "_"), `\`, "/"), "./"))
		switch size += len(content); {
		case strings.HasPrefix(name, "__MACOSX/") || path.Base(name) == ".DS_Store":
			return nil
		case !fs.ValidPath(name) || !packFiles[path.Base(name)] && !isWalk(path.Base(name)):
			return fault.New(fault.Invalid, "scheme.bundle_file", "file", name).On("file")
		case b[name] != nil:
			return fault.New(fault.Invalid, "scheme.bundle_twice", "file", name).On("file")
		case size > bundleBytesMax || len(b) == bundleFilesMax:
			return fault.New(fault.TooLarge, "scheme.bundle_large", "files", bundleFilesMax, "mib", bundleBytesMax>>20).On("file")
		}
		b[name] = append([]byte{}, content...)
		return nil
	}
	for _, g := range given {
		if !bytes.HasPrefix(g.Content, []byte("PK")) {
			if err := add(path.Base(strings.ReplaceAll(g.Name, `\`, "/")), g.Content); err != nil {
				return nil, "", err
			}
			continue
		}
		if err := unzip(g, add); err != nil {
			return nil, "", err
		}
	}
	dir, err = b.packDir()
	return b, dir, err
}

func unzip(g GivenFile, add func(string, []byte) error) error {
	z, err := zip.NewReader(bytes.NewReader(g.Content), int64(len(g.Content)))
	if err != nil {
		return fault.New(fault.Invalid, "scheme.bundle_zip", "file", g.Name).Because(err).On("file")
	}
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return fault.New(fault.Invalid, "scheme.bundle_zip", "file", g.Name).Because(err).On("file")
		}
		content, err := io.ReadAll(io.LimitReader(r, bundleBytesMax+1)) // whatever the ZIP says of itself
		if err = errors.Join(err, r.Close()); err != nil {
			return fault.New(fault.Invalid, "scheme.bundle_zip", "file", g.Name).Because(err).On("file")
		}
		if err := add(f.Name, content); err != nil {
			return err
		}
	}
	return nil
}

// packDir finds the folder of the pack that is meant.
func (b Bundle) packDir() (string, error) {
	var dirs []string
	for _, p := range b.Paths() {
		if path.Base(p) == "scheme.yaml" {
			dirs = append(dirs, path.Dir(p))
		}
	}
	under := map[string]bool{}
	for _, d := range dirs {
		n, _ := parseFile(path.Join(d, "scheme.yaml"), b[path.Join(d, "scheme.yaml")])
		if n == nil || n.kind != mapNode {
			continue
		}
		if e := n.get("extends"); e != nil {
			if at, ok := findLayer(b, d, e.text); ok {
				under[at] = true
			}
		}
	}
	var tops []string
	for _, d := range dirs {
		if !under[d] {
			tops = append(tops, d)
		}
	}
	switch len(tops) {
	case 1:
		return tops[0], nil
	case 0:
		return "", fault.New(fault.Invalid, "scheme.bundle_none").On("file")
	}
	return "", fault.New(fault.Invalid, "scheme.bundle_many", "folders", strings.Join(tops, ", ")).On("file")
}

// Zip packs the files, in the order of their paths, so that the same files give the same bytes.
func (b Bundle) Zip(w io.Writer) error {
	z := zip.NewWriter(w)
	for _, p := range b.Paths() {
		f, err := z.Create(p)
		if err == nil {
			_, err = f.Write(b[p])
		}
		if err != nil {
			return fmt.Errorf("pack %s: %w", p, err)
		}
	}
	return z.Close()
}

package scheme

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"corridor/internal/fault"
)

// layersMax is how many layers may lie over one another.
const layersMax = 4

// layer is the files of one folder, read and not yet merged.
type layer struct {
	root  *node  // scheme.yaml with form and tests as sections
	dir   string // where `extends` begins to look
	bytes []namedBytes
}

type namedBytes struct {
	name string
	b    []byte
}

// Load reads the pack in a folder, or in a single file, with the shared layer that it extends, and compiles it.
// A path under `extends` counts from the root of fsys, or from the nearest folder above the pack that has it.
// The scheme may be used only when there are no problems; with problems it may be nil. What Load finds is what
// has to be right before anything can be proved: files, names, units and expressions. Check proves the rest.
func Load(fsys fs.FS, dir string) (*Scheme, Problems) {
	var f found
	layers := readLayers(fsys, path.Clean(dir), &f)
	if len(f.problems) > 0 || len(layers) == 0 {
		return nil, f.sorted()
	}
	root := layers[len(layers)-1].root
	for i := len(layers) - 2; i >= 0; i-- {
		root = merge(root, layers[i].root, &f)
	}
	root = root.copy()
	expandMoney(root)
	s, d := decode(root, f)
	d.oneScope()
	d.compile()
	loaded := d.found
	d.found = found{lines: d.lines} // what is wrong with the tests is said by RunTests
	d.decodeTests()
	s.tests.problems, d.found = d.problems, loaded
	s.Digest = digest(layers)
	s.lines = d.lines
	for _, l := range layers {
		for _, b := range l.bytes {
			s.files = append(s.files, b.name)
			s.raw = append(s.raw, b)
		}
	}
	return s, d.sorted()
}

// readLayers reads the pack and the layers under it, the pack first.
func readLayers(fsys fs.FS, dir string, f *found) []layer {
	var out []layer
	seen := map[string]bool{}
	at := Pos{File: dir, Line: 1, Col: 1}
	name := ""
	for len(out) < layersMax {
		if seen[dir] {
			f.at(at, "extend.unknown", "name", dir)
			return out
		}
		seen[dir] = true
		l, ok := readLayer(fsys, dir, f)
		if !ok {
			return nil
		}
		out = append(out, l)
		ext := l.root.get("extends")
		if ext == nil {
			return out
		}
		at, name = ext.pos, ext.text
		if dir, ok = findLayer(fsys, l.dir, name); !ok {
			f.at(at, "extend.unknown", "name", name)
			return nil
		}
	}
	f.at(at, "extend.unknown", "name", name)
	return nil
}

// findLayer looks for a layer from the root, then from each folder above the pack.
func findLayer(fsys fs.FS, from, name string) (string, bool) {
	if name == "" || !fs.ValidPath(name) {
		return "", false
	}
	for dir := "."; ; {
		p := path.Join(dir, name)
		if _, err := fs.Stat(fsys, path.Join(p, "scheme.yaml")); err == nil {
			return p, true
		}
		if dir == "." {
			dir = from
		} else {
			dir = path.Dir(dir)
		}
		if dir == "." || dir == "/" {
			return "", false
		}
	}
}

// readLayer reads scheme.yaml, form.yaml and tests.yaml of a folder, or one file with all.
func readLayer(fsys fs.FS, dir string, f *found) (layer, bool) {
	l := layer{dir: dir}
	file := path.Join(dir, "scheme.yaml")
	if strings.HasSuffix(dir, ".yaml") {
		file, l.dir = dir, path.Dir(dir)
	}
	if l.root = l.read(fsys, file, f, true); l.root == nil {
		return l, false
	}
	if file == dir {
		return l, true
	}
	ok := true
	for _, section := range []string{"form", "tests"} {
		name := path.Join(dir, section+".yaml")
		n := l.read(fsys, name, f, false)
		if n == nil {
			continue
		}
		if inline := l.root.keyOf(section); inline != nil {
			f.at(inline.pos, "file.key_twice", "name", section, "line", 1)
			ok = false
			continue
		}
		if e := n.get("extends"); e != nil {
			if base := l.root.get("extends"); base == nil || base.text != e.text {
				f.at(e.pos, "extend.unknown", "name", e.text)
				ok = false
			}
			n.drop("extends")
		}
		l.root.set(&node{kind: textNode, text: section, pos: Pos{File: name, Line: 1, Col: 1}}, n)
	}
	return l, ok && len(f.problems) == 0
}

// read parses one file; nil if it is not there (which only matters if needed) or cannot be read.
func (l *layer) read(fsys fs.FS, name string, f *found, needed bool) *node {
	b, err := readLimited(fsys, name)
	if errors.Is(err, fs.ErrNotExist) && !needed {
		return nil
	}
	if err != nil {
		f.at(Pos{File: name, Line: 1, Col: 1}, "file.missing", "file", name)
		return nil
	}
	n, problems := parseFile(name, b)
	f.source(name, b)
	f.problems = append(f.problems, problems...)
	if n != nil && n.kind != mapNode {
		f.at(n.pos, "file.shape", "want", fault.Words{"键和值", "keys with values"})
		return nil
	}
	l.bytes = append(l.bytes, namedBytes{name, b})
	return n
}

// readLimited reads no more than just over the limit, so that a huge file costs little.
func readLimited(fsys fs.FS, name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, fs.ErrNotExist
	}
	r, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, fileBytesMax+1))
}

// digest is the sha256 of all files that were merged, the lowest layer first, each with its base name and length,
// so that it is the same wherever the folder lies. README.md is not among them.
func digest(layers []layer) string {
	h := sha256.New()
	for i := len(layers) - 1; i >= 0; i-- {
		for _, b := range layers[i].bytes {
			base := path.Base(b.name)
			if len(layers[i].bytes) == 1 {
				base = "scheme.yaml"
			}
			fmt.Fprintf(h, "%d %s %d\n", len(layers)-1-i, base, len(b.b))
			h.Write(b.b)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Files are the files that were merged, the pack's own first.
func (s *Scheme) Files() []string { return append([]string(nil), s.files...) }

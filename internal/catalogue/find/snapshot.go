package find

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A snapshot is a file: the magic, the length and text of a heading in JSON, the parts as little-endian columns, and the
// SHA-256 of all of it. It is written beside and renamed, so there is a whole one or the one before.

const (
	magicName  = "corridor find "
	magic      = magicName + "2\n"
	headingMax = 64 << 20
)

// heading says what a snapshot is of.
type heading struct {
	Digest string     `json:"digest"`
	Seq    int64      `json:"seq"`
	Facets []Facet    `json:"facets"`
	Codes  [][]string `json:"codes"`
	Parts  []sizes    `json:"parts"`
}

// sizes are the lengths of the columns of a part.
type sizes struct {
	N, Keys, Blob, Dead, Words, Text int
	One                              []bool // whether the column is there
	Many                             []int  // values; -1 where the column is not there
}

// ErrOther is the error of a snapshot that is whole, but was made by other rules.
var ErrOther = errors.New("find: the snapshot was made by other rules")

// Save writes what searches see now to a file. Searches and changes go on meanwhile.
func (x *Index) Save(path string) (err error) {
	v := x.seen.Load()
	f, err := os.CreateTemp(filepath.Dir(path), ".find-*")
	if err != nil {
		return fmt.Errorf("save index: %w", err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
			err = fmt.Errorf("save index: %w", err)
		}
	}()
	h := heading{Digest: x.c.Digest, Seq: v.seq, Facets: x.c.Facets, Codes: v.codes}
	for _, p := range v.parts {
		z := sizes{N: p.n, Keys: len(p.keys), Blob: len(p.blob), Dead: len(p.dead), Words: p.vocab.len(), Text: len(p.vocab.text)}
		for _, c := range p.one {
			z.One = append(z.One, c != nil)
		}
		for _, c := range p.many {
			n := -1
			if c.ends != nil {
				n = len(c.values)
			}
			z.Many = append(z.Many, n)
		}
		h.Parts = append(h.Parts, z)
	}
	head, err := json.Marshal(h)
	if err != nil {
		return err
	}
	w := writer{to: bufio.NewWriterSize(f, 1<<20), sum: sha256.New()}
	w.bytes([]byte(magic))
	w.bytes(binary.LittleEndian.AppendUint64(nil, uint64(len(head))))
	w.bytes(head)
	for _, p := range v.parts {
		writeColumn(&w, p.keys)
		writeColumn(&w, p.offs)
		w.bytes(p.blob)
		writeColumn(&w, p.dead)
		writeColumn(&w, p.vocab.ends)
		w.bytes([]byte(p.vocab.text))
		for _, d := range p.ids {
			w.bytes(d[:])
		}
		for _, c := range [][]uint32{p.version, p.price, p.reduced, p.free, p.made} {
			writeColumn(&w, c)
		}
		for _, c := range p.one {
			writeColumn(&w, c)
		}
		for _, c := range p.many {
			writeColumn(&w, c.ends)
			writeColumn(&w, c.values)
		}
	}
	sum := w.sum.Sum(nil)
	w.bytes(sum)
	if w.err == nil {
		w.err = w.to.Flush()
	}
	if w.err == nil {
		w.err = f.Sync()
	}
	if w.err != nil {
		return w.err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Load makes an index of a snapshot, which the changes after Seq bring up to date. An error wraps ErrOther where only the
// rules are others, and fs.ErrNotExist where there is none; any other means that the file is damaged.
func Load(c Config, path string) (*Index, error) {
	x, err := New(c)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("load index: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("load index: %w", err)
	}
	r := reader{from: bufio.NewReaderSize(f, 1<<20), sum: sha256.New(), left: info.Size()}
	if err := x.load(&r); err != nil {
		return nil, fmt.Errorf("load index %s: %w", path, err)
	}
	return x, nil
}

func (x *Index) load(r *reader) error {
	got := string(r.bytes(len(magic)))
	if got != magic && strings.HasPrefix(got, magicName) && r.err == nil {
		return ErrOther // of an older edition of the program
	}
	if got != magic {
		return errors.Join(r.err, errors.New("not a snapshot"))
	}
	n := int64(0)
	if b := r.bytes(8); r.err == nil {
		n = int64(binary.LittleEndian.Uint64(b))
	}
	if n < 0 || n > headingMax {
		return fmt.Errorf("a heading of %d bytes", n)
	}
	var h heading
	if err := json.Unmarshal(r.bytes(int(n)), &h); r.err != nil || err != nil {
		return errors.Join(r.err, err)
	}
	if h.Digest != x.c.Digest || !slices.Equal(h.Facets, x.c.Facets) {
		return ErrOther
	}
	var parts []part
	for _, z := range h.Parts {
		if z.N < 0 || z.N > segmentMax {
			return fmt.Errorf("a part of %d listings", z.N)
		}
		p := part{segment: &segment{n: z.N}}
		p.keys = readColumn[key](r, z.Keys)
		p.offs = readColumn[uint32](r, z.Keys+1)
		p.blob = r.bytes(z.Blob)
		if z.Dead > 0 {
			p.dead = readColumn[uint64](r, z.Dead)
		}
		p.vocab.ends = readColumn[uint32](r, z.Words)
		p.vocab.text = string(r.bytes(z.Text))
		ids := r.bytes(z.N * len(id{}))
		if r.err != nil {
			return r.err
		}
		p.ids = make([]id, z.N)
		for i := range p.ids {
			copy(p.ids[i][:], ids[i*len(id{}):])
		}
		for _, c := range []*[]uint32{&p.version, &p.price, &p.reduced, &p.free, &p.made} {
			*c = readColumn[uint32](r, z.N)
		}
		p.one, p.many = make([][]uint16, len(z.One)), make([]column, len(z.Many))
		for i, there := range z.One {
			if there {
				p.one[i] = readColumn[uint16](r, z.N)
			}
		}
		for i, n := range z.Many {
			if n >= 0 {
				p.many[i] = column{readColumn[uint32](r, z.N), readColumn[uint16](r, n)}
			}
		}
		p.alive = p.n - p.dead.count()
		parts = append(parts, p)
	}
	want := r.sum.Sum(nil)
	if got := r.bytes(sha256.Size); r.err != nil || string(got) != string(want) {
		return errors.Join(r.err, errors.New("its SHA-256 is another"))
	}
	if r.left != 0 {
		return fmt.Errorf("%d bytes after the end", r.left)
	}
	for i, all := range h.Codes {
		x.codes[i].code = all
		for n, c := range all {
			if n > 0 {
				x.codes[i].number[c] = uint16(n)
			}
		}
	}
	x.publish(parts, h.Seq)
	return nil
}

// writer adds up what it writes, and keeps the first error.
type writer struct {
	to  *bufio.Writer
	sum hash.Hash
	buf []byte
	err error
}

func (w *writer) bytes(b []byte) {
	if w.err == nil {
		w.sum.Write(b)
		_, w.err = w.to.Write(b)
	}
}

type word interface {
	~uint16 | ~uint32 | ~uint64
}

// size is the bytes of a value.
func size[T word]() int {
	switch any(*new(T)).(type) {
	case uint16:
		return 2
	case uint32:
		return 4
	}
	return 8
}

const columnStep = 8 << 10 // values that are turned into bytes at once

func writeColumn[T word](w *writer, all []T) {
	z := size[T]()
	for chunk := range slices.Chunk(all, columnStep) {
		w.buf = w.buf[:0]
		for _, v := range chunk {
			switch z {
			case 2:
				w.buf = binary.LittleEndian.AppendUint16(w.buf, uint16(v))
			case 4:
				w.buf = binary.LittleEndian.AppendUint32(w.buf, uint32(v))
			default:
				w.buf = binary.LittleEndian.AppendUint64(w.buf, uint64(v))
			}
		}
		w.bytes(w.buf)
	}
}

// reader adds up what it reads, and keeps the first error. It never takes more than the file has left.
type reader struct {
	from *bufio.Reader
	sum  hash.Hash
	left int64
	buf  []byte
	err  error
}

func (r *reader) fill(b []byte) {
	if r.left -= int64(len(b)); r.left < 0 && r.err == nil {
		r.err = io.ErrUnexpectedEOF
	}
	if r.err == nil {
		_, r.err = io.ReadFull(r.from, b)
		r.sum.Write(b)
	}
}

func (r *reader) bytes(n int) []byte {
	if r.err == nil && (n < 0 || int64(n) > r.left) {
		r.err = io.ErrUnexpectedEOF
	}
	if r.err != nil {
		return nil
	}
	b := make([]byte, n)
	r.fill(b)
	return b
}

func readColumn[T word](r *reader, n int) []T {
	z := size[T]()
	if r.err == nil && (n < 0 || int64(n)*int64(z) > r.left) {
		r.err = io.ErrUnexpectedEOF
	}
	if r.err != nil {
		return nil
	}
	all := make([]T, n)
	if r.buf == nil {
		r.buf = make([]byte, columnStep*8)
	}
	for i := 0; i < n && r.err == nil; i += columnStep {
		chunk := all[i:min(i+columnStep, n)]
		b := r.buf[:len(chunk)*z]
		r.fill(b)
		for j := range chunk {
			switch z {
			case 2:
				chunk[j] = T(binary.LittleEndian.Uint16(b[j*2:]))
			case 4:
				chunk[j] = T(binary.LittleEndian.Uint32(b[j*4:]))
			default:
				chunk[j] = T(binary.LittleEndian.Uint64(b[j*8:]))
			}
		}
	}
	return all
}

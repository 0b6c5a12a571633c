package extract

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"

	"corridor/internal/fault"
)

// DefaultMaxBytes is the largest file that is read when Options.MaxBytes is 0. Reading takes about 7 bytes of
// memory for each byte of text with a fact in every 300, and more where facts are denser.
const DefaultMaxBytes = 16 << 20

// Options say how a file is read; the zero value is the default.
type Options struct {
	MaxBytes int64  // largest file; 0 is DefaultMaxBytes
	Twin     []byte // a clean telling of the same text, from which the words of a spun one are learnt; nil is none
	KeepSpun bool   // leave spun words as they stand; a spun text is said to be spun all the same
	// Packed also reads PDF and DOCX. Their parsers are the ones that a hostile file can upset, so the caller is a process
	// that may die of it: package child, or a person at the command line.
	Packed bool
}

// Read reads one file. The refusals, in this order: reader.too_large, reader.empty, reader.binary, reader.format,
// reader.encoding, reader.no_text.
func Read(name string, data []byte, opt Options) (*Document, error) {
	format, err := admit(name, data, opt)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	r := &reading{opt: opt, doc: &Document{File: filepath.Base(name), SHA256: hex.EncodeToString(sum[:]), Format: format,
		Articles: []Article{}, Noise: []Noise{}, Repairs: []Repair{}, Warnings: []string{}}}
	if err := r.load(data); err != nil {
		return nil, err
	}
	r.mend()
	r.split()
	r.blocks = nil
	for i := range r.pieces {
		r.doc.Articles = append(r.doc.Articles, r.article(&r.pieces[i]))
		r.pieces[i] = piece{} // what was read needs its characters no more
	}
	if err := r.finish(); err != nil {
		return nil, err
	}
	return r.doc, nil
}

// admit says what the bytes are, and refuses what is not read: too large, empty, no text, or packed where that is not opened.
func admit(name string, data []byte, opt Options) (Format, error) {
	limit := opt.MaxBytes
	if limit <= 0 {
		limit = DefaultMaxBytes
	}
	if int64(len(data)) > limit {
		return "", fault.New(fault.TooLarge, "reader.too_large", "bytes", len(data), "max", limit)
	}
	format, err := sniff(name, data)
	if err == nil && !opt.Packed && (format == FormatPDF || format == FormatDOCX) {
		err = fault.New(fault.Invalid, "reader.format", "kind", strings.ToUpper(string(format)))
	}
	return format, err
}

// reading is one file on its way through: blocks, then pieces (one an article), then facts.
type reading struct {
	opt    Options
	doc    *Document
	meta   meta
	blocks []block
	pieces []piece
	counts map[string]int // repairs by kind
	spun   bool
	doubts []Span // spun words that stayed, in order
	ends   []int  // of the pages of a PDF, in its drawn text
}

func (r *reading) repaired(kind string, n int) {
	if n > 0 {
		if r.counts == nil {
			r.counts = map[string]int{}
		}
		r.counts[kind] += n
	}
}

// load turns the bytes into blocks.
func (r *reading) load(data []byte) error {
	switch r.doc.Format {
	case FormatDOCX:
		return r.loadDOCX(data)
	case FormatPDF:
		return r.loadPDF(data)
	}
	f, encoding, bad, err := decode(data)
	if err != nil {
		return err
	}
	r.doc.Encoding = encoding
	if r.repaired(RepairBadBytes, bad); bad > 0 {
		r.mendedBytes(f, len(data))
	}
	front, rest := r.frontMatter(f)
	if front.len() > 0 {
		r.noise(front.whole(), NoiseFrontMatter)
	}
	if r.doc.Format == FormatHTML {
		p := parseHTML(rest)
		r.blocks = p.blocks
		r.doc.Noise = append(r.doc.Noise, p.noise...)
		r.meta.or(p.meta)
	} else {
		r.blocks = lines(rest)
		if r.doc.Format == FormatMarkdown {
			r.markdown()
		}
	}
	return nil
}

func (m *meta) or(o meta) {
	for _, p := range []struct {
		to   *string
		from string
	}{{&m.title, o.title}, {&m.publisher, o.publisher}, {&m.date, o.date}, {&m.source, o.source}} {
		if *p.to == "" {
			*p.to = p.from
		}
	}
}

func (r *reading) noise(s Span, kind NoiseKind) {
	if s[0] < s[1] {
		r.doc.Noise = append(r.doc.Noise, Noise{s, kind})
	}
}

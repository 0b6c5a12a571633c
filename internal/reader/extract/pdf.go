package extract

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"sort"
	"strings"
	"time"

	"github.com/ledongthuc/pdf"

	"corridor/internal/fault"
)

const (
	pdfPagesMax  = 800
	pdfGlyphsMax = 4 << 20          // characters of all pages
	pdfDepthMax  = 32               // of the tree of pages
	pdfTimeMax   = 20 * time.Second // for one file; a file that takes longer is made to
)

// errTooMany is a file with more characters or pages than are read.
var errTooMany = errors.New("too many characters")

// loadPDF draws the text of a PDF, column by column. The library may panic or turn in a circle on a hostile file: a
// panic is caught, and what takes too long is refused. The work then ends with the page that it is at, not before.
func (r *reading) loadPDF(data []byte) error {
	type answer struct {
		d   *drawn
		err error
	}
	done := make(chan answer, 1)
	until := time.Now().Add(pdfTimeMax)
	go func() {
		d, err := drawPDF(data, until)
		done <- answer{d, err}
	}()
	var a answer
	select {
	case a = <-done:
	case <-time.After(pdfTimeMax):
		return fault.New(fault.TooLarge, "reader.bomb", "what", "PDF", "max", pdfTimeMax.String())
	}
	switch {
	case errors.Is(a.err, errTooMany):
		return fault.New(fault.TooLarge, "reader.bomb", "what", "PDF", "max", pdfGlyphsMax)
	case a.err != nil && strings.Contains(strings.ToLower(a.err.Error()), "password"):
		return fault.New(fault.Invalid, "reader.encrypted").Because(a.err)
	case a.err != nil:
		return fault.New(fault.Invalid, "reader.damaged", "kind", "PDF").Because(a.err)
	case len(bytes.TrimSpace(a.d.text.Bytes())) == 0:
		return fault.New(fault.Invalid, "reader.scanned")
	case codesOnly(a.d.text.Bytes()):
		return fault.New(fault.Invalid, "reader.damaged", "kind", "PDF: ToUnicode")
	}
	r.doc.Encoding, r.doc.Text = "utf-8", a.d.text.String()
	r.blocks, r.ends = a.d.blocks(), a.d.ends
	return nil
}

// codesOnly says whether what was drawn are the codes of glyphs and no text: the fonts map them in a way that the library
// does not read, as Type 3 fonts do. Figures found in such a text would be made up.
func codesOnly(text []byte) bool {
	n, codes := 0, 0
	for _, c := range string(text) {
		if c > ' ' || c != '\n' && c != '\t' && c != '\r' && c < ' ' {
			n++
		}
		if c < ' ' && c != '\n' && c != '\t' && c != '\r' || c >= 0x7f && c < 0xa0 || c == 0xfffd {
			codes++
		}
	}
	return codes*controlShareMax > n
}

func drawPDF(data []byte, until time.Time) (d *drawn, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("pdf: %v", p)
		}
	}()
	doc, err := pdf.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	nodes := 0
	pages, err := pagesOf(doc.Trailer().Key("Root").Key("Pages"), 0, &nodes)
	if err != nil {
		return nil, err
	}
	d = &drawn{}
	glyphs := 0
	for _, page := range pages {
		if time.Now().After(until) {
			return nil, errTooMany
		}
		text := glyphsOf(page)
		if glyphs += len(text); glyphs > pdfGlyphsMax {
			return nil, errTooMany
		}
		for _, s := range columnsOf(text) {
			d.text.WriteString(s)
			d.line("line")
		}
		d.line("line")
		d.ends = append(d.ends, d.text.Len())
	}
	return d, nil
}

// pagesOf walks the tree of pages. The library's own walk never ends where the tree is a circle.
func pagesOf(v pdf.Value, depth int, nodes *int) ([]pdf.Page, error) {
	if *nodes++; *nodes > 4*pdfPagesMax || depth > pdfDepthMax {
		return nil, errTooMany
	}
	if v.Key("Type").Name() == "Page" {
		return []pdf.Page{{V: v}}, nil
	}
	var out []pdf.Page
	kids := v.Key("Kids")
	for i := 0; i < kids.Len(); i++ {
		more, err := pagesOf(kids.Index(i), depth+1, nodes)
		if err != nil {
			return nil, err
		}
		if out = append(out, more...); len(out) > pdfPagesMax {
			return nil, errTooMany
		}
	}
	return out, nil
}

// run is a stretch of one line of a page, from one wide gap to the next.
type run struct {
	x0, x1, y, size float64
	text            string
}

// columnsOf orders the characters of a page as they are read. Not every font tells the widths of its characters, so a gap
// is told from the places where characters begin.
func columnsOf(glyphs []pdf.Text) []string {
	runs := runsOf(glyphs)
	if len(runs) == 0 {
		return nil
	}
	left, right := math.Inf(1), math.Inf(-1)
	for _, r := range runs {
		left, right = min(left, r.x0), max(right, r.x1)
	}
	// A run over more than two thirds of the page parts what is above from what is below.
	var out []string
	var part []run
	flush := func() {
		out = append(out, inColumns(part)...)
		part = part[:0]
	}
	wideRuns := 0
	for _, r := range runs {
		if r.x1-r.x0 > (right-left)*2/3 {
			wideRuns++
		}
	}
	for _, r := range runs {
		if r.x1-r.x0 > (right-left)*2/3 && wideRuns*2 < len(runs) {
			flush()
			out = append(out, r.text)
			continue
		}
		part = append(part, r)
	}
	flush()
	return out
}

func runsOf(glyphs []pdf.Text) []run {
	g := make([]pdf.Text, 0, len(glyphs))
	for _, t := range glyphs {
		if t.S != "" && !math.IsNaN(t.X) && !math.IsNaN(t.Y) && !math.IsInf(t.X, 0) && !math.IsInf(t.Y, 0) {
			g = append(g, t)
		}
	}
	sort.SliceStable(g, func(i, j int) bool { return g[i].Y > g[j].Y })
	var out []run
	for i := 0; i < len(g); {
		j := i
		for j < len(g) && g[i].Y-g[j].Y <= max(1, g[i].FontSize*0.4) {
			j++
		}
		row := g[i:j]
		sort.SliceStable(row, func(a, b int) bool { return row[a].X < row[b].X })
		out = append(out, rowRuns(row)...)
		i = j
	}
	return out
}

// rowRuns cuts a row where the next character begins more than two and a half characters on.
func rowRuns(row []pdf.Text) []run {
	var out []run
	var b strings.Builder
	var cur run
	for k, t := range row {
		size := max(1, t.FontSize)
		step := size
		if k > 0 && len(row[k-1].S) == 1 {
			step = size * 0.6
		}
		switch {
		case k == 0:
			cur = run{x0: t.X, y: t.Y, size: size}
		case t.X-row[k-1].X > step+1.5*size:
			cur.text = b.String()
			out = append(out, cur)
			b.Reset()
			cur = run{x0: t.X, y: t.Y, size: size}
		case len(t.S) == 1 && len(row[k-1].S) == 1 && apart(row[k-1], t, step):
			b.WriteByte(' ')
		}
		b.WriteString(t.S)
		cur.x1 = t.X + size
	}
	cur.text = b.String()
	return append(out, cur)
}

// apart says whether a blank stands between two letters of a row; step is how far on the next begins where the font does
// not say how wide the letter is.
func apart(a, b pdf.Text, step float64) bool {
	if a.W > 0 && a.W < 2*a.FontSize {
		return b.X-a.X-a.W > blankMin*a.FontSize
	}
	return b.X-a.X > step*1.6
}

// blankMin is the share of a font's size from which on a gap between letters is a blank; blanks are about a quarter wide.
const blankMin = 0.15

// inColumns puts runs whose places overlap into one column, and the columns from left to right.
func inColumns(runs []run) []string {
	type col struct {
		x0, x1 float64
		lines  []string
	}
	var cols []*col
	for _, r := range runs {
		var home *col
		for _, c := range cols {
			if over := min(c.x1, r.x1) - max(c.x0, r.x0); over > 0.5*min(c.x1-c.x0, r.x1-r.x0) {
				home = c
				break
			}
		}
		if home == nil {
			home = &col{x0: r.x0, x1: r.x1}
			cols = append(cols, home)
		}
		home.x0, home.x1 = min(home.x0, r.x0), max(home.x1, r.x1)
		home.lines = append(home.lines, r.text)
	}
	sort.SliceStable(cols, func(i, j int) bool { return cols[i].x0 < cols[j].x0 })
	var out []string
	for _, c := range cols {
		out = append(out, c.lines...)
	}
	return out
}

package extract

import (
	"encoding/hex"
	"io"
	"regexp"
	"strings"
	"unicode/utf16"

	"github.com/ledongthuc/pdf"
)

// The library reads what a font calls its characters by the font's own encoding and looks at ToUnicode only where there is
// none. Fonts with names of their own for their glyphs, as the Type 3 fonts are that browsers print, have both, and only
// ToUnicode says what the glyphs mean (ISO 32000-1, 9.10.2). Pages with such fonts are drawn here.

// glyphsOf are the characters of a page with their places.
func glyphsOf(p pdf.Page) []pdf.Text {
	fonts := map[string]*glyphFont{}
	own := false
	for _, name := range p.Fonts() {
		f := fontOf(p.Font(name))
		fonts[name] = f
		own = own || f.means != nil
	}
	if !own {
		return p.Content().Text
	}
	w := &pen{fonts: fonts, th: 1, ctm: unitMatrix, tm: unitMatrix, line: unitMatrix}
	pdf.Interpret(p.V.Key("Contents"), w.do)
	return w.out
}

// glyphFont is a font as far as its text is drawn.
type glyphFont struct {
	font  pdf.Font
	means *[256]string // of the codes of a font whose encoding has names of its own; nil: the library knows
	scale float64      // from widths to the size of the font
}

func fontOf(f pdf.Font) *glyphFont {
	g := &glyphFont{font: f, scale: 0.001}
	if m := f.V.Key("FontMatrix"); f.V.Key("Subtype").Name() == "Type3" && m.Len() == 6 {
		g.scale = m.Index(0).Float64()
	}
	if to := f.V.Key("ToUnicode"); f.V.Key("Encoding").Kind() == pdf.Dict && to.Kind() == pdf.Stream {
		g.means = meaningsOf(to)
	}
	return g
}

// cmapMax is how many bytes of a font's ToUnicode are read.
const cmapMax = 1 << 20

// meaningsOf reads what a CMap says of codes of one byte: <code> <text> between beginbfchar and endbfchar, and
// <first> <last> <text> or [<text> …] between beginbfrange and endbfrange.
func meaningsOf(to pdf.Value) *[256]string {
	t := new([256]string)
	stream := to.Reader()
	defer stream.Close()
	raw, _ := io.ReadAll(io.LimitReader(stream, cmapMax)) // what is cut off explains less, and that is seen
	var words []string                                    // since the last beginning: hex digits, [ and ]
	for _, w := range cmapWord.FindAll(raw, -1) {
		switch string(w) {
		case "beginbfchar", "beginbfrange":
			words = words[:0]
		case "endbfchar":
			for i := 0; i+1 < len(words); i += 2 {
				if c := hexOf(words[i]); len(c) == 1 {
					t[c[0]] = utf16Text(hexOf(words[i+1]), 0)
				}
			}
		case "endbfrange":
			for i := 0; i+2 < len(words); i += 3 {
				first, last := hexOf(words[i]), hexOf(words[i+1])
				if len(first) != 1 || len(last) != 1 {
					break
				}
				list := words[i+2] == "["
				for c := int(first[0]); c <= int(last[0]); c++ {
					if !list {
						t[c] = utf16Text(hexOf(words[i+2]), c-int(first[0]))
					} else if k := i + 3 + c - int(first[0]); k < len(words) && words[k] != "]" {
						t[c] = utf16Text(hexOf(words[k]), 0)
					}
				}
				for list && i+3 < len(words) && words[i+2] != "]" {
					i++
				}
			}
		default:
			if w[0] != '/' {
				words = append(words, string(w))
			}
		}
	}
	return t
}

var cmapWord = regexp.MustCompile(`beginbfchar|endbfchar|beginbfrange|endbfrange|/[^\s<>\[\]/]*|<[0-9A-Fa-f\s]*>|\[|\]`)

// hexOf are the bytes of <0041>.
func hexOf(word string) []byte {
	b, _ := hex.DecodeString(strings.Join(strings.Fields(strings.Trim(word, "<>")), ""))
	return b
}

// utf16Text is a text of UTF-16, its last unit raised by some.
func utf16Text(raw []byte, raise int) string {
	var u []uint16
	for i := 0; i+1 < len(raw); i += 2 {
		u = append(u, uint16(raw[i])<<8|uint16(raw[i+1]))
	}
	if len(u) > 0 {
		u[len(u)-1] += uint16(raise)
	}
	return string(utf16.Decode(u))
}

// plane is a matrix [a b c d e f] of the format.
type plane [6]float64

var unitMatrix = plane{1, 0, 0, 1, 0, 0}

func (m plane) times(n plane) plane {
	return plane{m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3], m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5]}
}

// pen follows the operators that place text (ISO 32000-1, 9.4).
type pen struct {
	fonts         map[string]*glyphFont
	font          *glyphFont
	size, th      float64 // of the font; horizontal scaling
	tc, lead      float64 // between characters; between lines
	rise          float64
	ctm, tm, line plane
	saved         []plane
	out           []pdf.Text
}

func (w *pen) move(x, y float64) {
	w.line = plane{1, 0, 0, 1, x, y}.times(w.line)
	w.tm = w.line
}

func (w *pen) do(stk *pdf.Stack, op string) {
	args := make([]pdf.Value, stk.Len())
	for i := len(args) - 1; i >= 0; i-- {
		args[i] = stk.Pop()
	}
	num := func(i int) float64 {
		if i < len(args) {
			return args[i].Float64()
		}
		return 0
	}
	six := func() plane { return plane{num(0), num(1), num(2), num(3), num(4), num(5)} }
	switch op {
	case "q":
		if len(w.saved) < pdfGlyphsMax {
			w.saved = append(w.saved, w.ctm)
		}
	case "Q":
		if n := len(w.saved) - 1; n >= 0 {
			w.ctm, w.saved = w.saved[n], w.saved[:n]
		}
	case "cm":
		w.ctm = six().times(w.ctm)
	case "BT":
		w.tm, w.line = unitMatrix, unitMatrix
	case "Tf":
		if len(args) == 2 {
			w.font, w.size = w.fonts[args[0].Name()], num(1)
		}
	case "Tc":
		w.tc = num(0)
	case "TL":
		w.lead = num(0)
	case "Ts":
		w.rise = num(0)
	case "Tz":
		w.th = num(0) / 100
	case "Tm":
		w.tm = six()
		w.line = w.tm
	case "TD":
		w.lead = -num(1)
		w.move(num(0), num(1))
	case "Td":
		w.move(num(0), num(1))
	case "T*":
		w.move(0, -w.lead)
	case "'", "\"":
		w.move(0, -w.lead)
		if len(args) > 0 {
			w.show(args[len(args)-1].RawString())
		}
	case "Tj":
		if len(args) > 0 {
			w.show(args[0].RawString())
		}
	case "TJ":
		for i := 0; len(args) > 0 && i < args[0].Len(); i++ {
			if x := args[0].Index(i); x.Kind() == pdf.String {
				w.show(x.RawString())
			} else {
				w.tm = plane{1, 0, 0, 1, -x.Float64() / 1000 * w.size * w.th, 0}.times(w.tm)
			}
		}
	}
}

// show draws the characters of a string, one after the other.
func (w *pen) show(raw string) {
	if w.font == nil {
		return
	}
	draw := func(text string, code int) {
		width := w.font.font.Width(code) * w.font.scale
		at := plane{w.size * w.th, 0, 0, w.size, 0, w.rise}.times(w.tm).times(w.ctm)
		if text != "" && len(w.out) <= pdfGlyphsMax {
			w.out = append(w.out, pdf.Text{FontSize: max(at[0], at[3]), X: at[4], Y: at[5], W: width * at[0], S: text})
		}
		w.tm = plane{1, 0, 0, 1, (width*w.size + w.tc) * w.th, 0}.times(w.tm)
	}
	if w.font.means != nil {
		for i := range len(raw) {
			text := w.font.means[raw[i]]
			if text == "" {
				text = "\ufffd" // a code that nothing explains; too many of them are no text
			}
			draw(text, int(raw[i]))
		}
		return
	}
	n := 0
	for _, c := range w.font.font.Encoder().Decode(raw) {
		code := -1
		if n < len(raw) {
			code = int(raw[n])
		}
		n++
		draw(string(c), code)
	}
}

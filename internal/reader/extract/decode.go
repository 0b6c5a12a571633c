package extract

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"corridor/internal/fault"
)

const (
	// badShareMax is the share of broken bytes up to which a text still counts as its encoding: one in 200.
	badShareMax = 200
	// controlShareMax is the share of control characters that makes a text binary: one in 50.
	controlShareMax = 50
)

// decode turns the bytes into a flow and names the encoding. bad counts bytes that were not of the encoding and
// were left out. UTF-8 is tried first because wrong bytes are hardly ever valid UTF-8.
func decode(data []byte) (f flow, encoding string, bad int, err error) {
	if len(data) >= 2 && (data[0] == 0xFF && data[1] == 0xFE || data[0] == 0xFE && data[1] == 0xFF) {
		f, encoding = decodeUTF16(data)
		return f, encoding, 0, checkControls(f)
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return flow{}, "", 0, fault.New(fault.Invalid, "reader.binary", "kind", "NUL")
	}
	f, bad = decodeUTF8(data)
	if bad*badShareMax <= len(data) {
		return f, "utf-8", bad, checkControls(f)
	}
	g, gbad, common := decodeGB18030(data)
	if gbad*badShareMax <= len(data) && common >= 0.55 {
		return g, "gb18030", gbad, checkControls(g)
	}
	return flow{}, "", 0, fault.New(fault.Invalid, "reader.encoding")
}

func checkControls(f flow) error {
	controls := 0
	for _, r := range f.r {
		if r <= 0x7F && (r < 0x20 && !isSpace(r) || r == 0x7F) {
			controls++
		}
	}
	if controls*controlShareMax > len(f.r) {
		return fault.New(fault.Invalid, "reader.binary", "kind", "control")
	}
	return nil
}

func newFlow(n int) flow {
	return flow{make([]rune, 0, n), &source{at: make([]uint32, 0, n), n: make([]uint8, 0, n)}, 0}
}

func decodeUTF8(data []byte) (flow, int) {
	most := beginnings(data)
	s := &source{text: make([]rune, most), steps: make([]uint32, 0, most/stepChars+1)}
	i, w := 0, 0
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		i = 3
	}
	for i < len(data) {
		if w%stepChars == 0 {
			s.steps = append(s.steps, uint32(i))
		}
		r, n := rune(data[i]), 1
		// Nearly all characters of a Chinese text are of three bytes; the bounds leave out long forms and surrogates.
		if r > 0xE0 && r < 0xED && i+2 < len(data) && data[i+1]&0xC0 == 0x80 && data[i+2]&0xC0 == 0x80 {
			r, n = r&0x0F<<12|rune(data[i+1]&0x3F)<<6|rune(data[i+2]&0x3F), 3
		} else if r >= utf8.RuneSelf {
			if r, n = utf8.DecodeRune(data[i:]); r == utf8.RuneError && n == 1 {
				return decodeFaulty(data)
			}
		}
		s.text[w] = r
		w++
		i += n
	}
	return flow{s.text[:w:w], s, 0}, 0
}

// decodeFaulty reads a text that is not quite UTF-8 and counts the bytes that it leaves out.
func decodeFaulty(data []byte) (f flow, bad int) {
	f = newFlow(beginnings(data))
	i := 0
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		i = 3
	}
	for i < len(data) {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
			i++
			continue
		}
		f.add(r, i, n)
		i += n
	}
	return f, bad
}

// beginnings counts the bytes of a UTF-8 text that can begin a character: as many or more than it has characters.
func beginnings(data []byte) int {
	n := len(data)
	for ; len(data) >= 8; data = data[8:] { // eight at once: what goes on has its first two bits 10
		x := binary.LittleEndian.Uint64(data)
		n -= bits.OnesCount64((x >> 7) & (^x >> 6) & 0x0101010101010101)
	}
	for _, b := range data {
		if b&0xC0 == 0x80 {
			n--
		}
	}
	return n
}

func decodeUTF16(data []byte) (flow, string) {
	big := data[0] == 0xFE
	f := newFlow(len(data) / 2)
	unit := func(i int) rune {
		if big {
			return rune(data[i])<<8 | rune(data[i+1])
		}
		return rune(data[i+1])<<8 | rune(data[i])
	}
	for i := 2; i+1 < len(data); i += 2 {
		r, n := unit(i), 2
		if r >= 0xD800 && r < 0xDC00 && i+3 < len(data) {
			r, n = 0x10000+(r-0xD800)<<10+(unit(i+2)-0xDC00), 4
			i += 2
			f.add(r, i-2, n)
			continue
		}
		f.add(r, i, n)
	}
	if big {
		return f, "utf-16be"
	}
	return f, "utf-16le"
}

// gbPairs maps the two-byte codes of GB 18030, lead 0x81–0xFE by trail 0x40–0xFE, made once from x/text's table.
var gbPairs = sync.OnceValue(func() []rune {
	t := make([]rune, 126*191)
	for lead := 0x81; lead <= 0xFE; lead++ {
		src := make([]byte, 0, 400)
		for trail := 0x40; trail <= 0xFE; trail++ {
			src = append(src[:0], byte(lead), byte(trail))
			out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(src)
			if r, n := utf8.DecodeRune(out); err == nil && n == len(out) && r != utf8.RuneError {
				t[(lead-0x81)*191+trail-0x40] = r
			}
		}
	}
	return t
})

// decodeGB18030 also returns the share of two-byte characters that are of GB 2312's first level, the 3,755
// common ones; another encoding read as GB 18030 gives few of them.
func decodeGB18030(data []byte) (f flow, bad int, common float64) {
	pairs := gbPairs()
	f = newFlow(len(data)/2 + len(data)/8)
	dec := simplifiedchinese.GB18030.NewDecoder()
	han, first := 0, 0
	for i := 0; i < len(data); {
		b := data[i]
		switch {
		case b < 0x80:
			f.add(rune(b), i, 1)
			i++
		case b >= 0x81 && b <= 0xFE && i+1 < len(data) && data[i+1] >= 0x40 && data[i+1] <= 0xFE && data[i+1] != 0x7F:
			r := pairs[int(b-0x81)*191+int(data[i+1]-0x40)]
			if r == 0 {
				bad++
				i++
				continue
			}
			if isHan(r) {
				han++
				if b >= 0xB0 && b <= 0xD7 && data[i+1] >= 0xA1 {
					first++
				}
			}
			f.add(r, i, 2)
			i += 2
		case b >= 0x81 && b <= 0xFE && i+3 < len(data) && data[i+1] >= 0x30 && data[i+1] <= 0x39:
			out, err := dec.Bytes(data[i : i+4])
			r, n := utf8.DecodeRune(out)
			if err != nil || n != len(out) || r == utf8.RuneError {
				bad++
				i++
				continue
			}
			f.add(r, i, 4)
			i += 4
		default:
			bad++
			i++
		}
	}
	if han == 0 {
		return f, bad, 0
	}
	return f, bad, float64(first) / float64(han)
}

// Show is a range of a file's bytes as a person reads it, by the encoding that Document.Encoding names. Bytes that are
// not of the encoding are shown as a dot.
func Show(encoding string, b []byte) string {
	var f flow
	switch encoding {
	case "gb18030":
		f, _, _ = decodeGB18030(b)
	case "utf-16le", "utf-16be":
		order := []byte{0xFF, 0xFE}
		if encoding == "utf-16be" {
			order = []byte{0xFE, 0xFF}
		}
		f, _ = decodeUTF16(append(order, b...))
	default:
		return strings.ToValidUTF8(string(b), "·")
	}
	return f.String()
}

package extract

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"corridor/internal/fault"
)

func checksumOf(chunk []byte) []byte {
	return binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(chunk))
}

func pictureOf(width, height int) *image.NRGBA {
	p := image.NewNRGBA(image.Rect(0, 0, width, height))
	for i := range width {
		p.Set(i, i%height, color.NRGBA{R: uint8(i), A: 255})
	}
	return p
}

// What is shown of a file is its text, page by page, or its pixels: nothing else of what it brought along.
func TestAFileIsLookedAtAsTextOrAsPixels(t *testing.T) {
	type run = struct {
		x, y float64
		s    string
	}
	invoice := makePDF([]run{{50, 700, "发票号码：24312000000012345678"}, {50, 680, "价税合计：48,000.00"}}, "[3 0 R 3 0 R]")
	for _, c := range []struct {
		name, data string
		pages      int
		has, not   string
	}{
		{"invoice.pdf", string(invoice), 2, "48,000.00", ""},
		{"a.txt", "甲方：\u202e虚构公司\n\n金额：3万元\n", 1, "甲方：虚构公司\n\n金额：3万元", "\u202e"},
		{"kangxi.txt", "⼀号厂房：４８０元\n", 1, "一号厂房：480元", ""},
		{"a.html", "<html><body><p>甲方</p><script>alert(1)</script><img src=x onerror=alert(1)><p>乙方</p></body></html>", 1, "乙方", "alert"},
		{"gb.txt", "\xb7\xa2\xc6\xb1\xba\xc5\xc2\xeb\xa3\xba12345678\xa1\xa3\xb9\xba\xc2\xf2\xb7\xbd", 1, "发票号码：12345678", ""},
	} {
		s, err := Look(c.name, []byte(c.data), Options{Packed: true})
		if err != nil || len(s.Pages) != c.pages || !strings.Contains(s.Pages[0], c.has) || c.not != "" && strings.Contains(s.Pages[0], c.not) || s.Picture != nil {
			t.Errorf("%s: %+v, %v", c.name, s, err)
		}
	}
	var asPNG, asJPEG bytes.Buffer
	if err := png.Encode(&asPNG, pictureOf(30, 20)); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&asJPEG, pictureOf(30, 20), nil); err != nil {
		t.Fatal(err)
	}
	for kind, data := range map[string][]byte{"image/png": append(asPNG.Bytes(), "<script>alert(1)</script>"...), "image/jpeg": append(asJPEG.Bytes(), "<script>alert(1)</script>"...)} {
		s, err := Look("a", data, Options{Packed: true})
		if err != nil || s.Type != kind || s.Width != 30 || s.Height != 20 || bytes.Contains(s.Picture, []byte("script")) {
			t.Errorf("%s: %v, %v", kind, s, err)
			continue
		}
		if _, as, err := image.DecodeConfig(bytes.NewReader(s.Picture)); err != nil || "image/"+as != kind {
			t.Errorf("%s is drawn anew as %s, %v", kind, as, err)
		}
	}
}

func TestWhatCannotBeLookedAtIsRefused(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, pictureOf(30, 20)); err != nil {
		t.Fatal(err)
	}
	broken := b.Bytes()[:b.Len()/2]
	huge := bytes.Clone(b.Bytes())
	copy(huge[16:24], "\x00\x10\x00\x00\x00\x10\x00\x00") // a million pixels wide and high, with the checksum to say so
	copy(huge[29:33], checksumOf(huge[12:29]))
	for _, c := range []struct {
		data []byte
		opt  Options
		code string
	}{
		{broken, Options{Packed: true}, "reader.damaged"},
		{huge, Options{Packed: true}, "reader.bomb"},
		{b.Bytes(), Options{}, "reader.format"},
		{makePDF(nil, "[3 0 R]"), Options{}, "reader.format"},
		{makePDF(nil, "[3 0 R]"), Options{Packed: true}, "reader.scanned"},
		{[]byte("GIF89a"), Options{Packed: true}, "reader.binary"},
		{[]byte("too long"), Options{MaxBytes: 3}, "reader.too_large"},
	} {
		if _, err := Look("a", c.data, c.opt); fault.CodeOf(err) != c.code {
			t.Errorf("%.8q: %v, want %s", c.data, err, c.code)
		}
	}
	long, err := Look("a.txt", bytes.Repeat([]byte("长文\n"), sightBytesMax/6), Options{})
	if err != nil || !long.Cut || len(long.Pages) != 1 || len(long.Pages[0]) > sightBytesMax {
		t.Errorf("a long text: cut %v, %d pages, %v", long.Cut, len(long.Pages), err)
	}
}

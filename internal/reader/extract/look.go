package extract

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"unicode/utf8"

	"corridor/internal/fault"
)

const (
	sightBytesMax  = 2 << 20  // of the text that is shown of one file
	picturePixels  = 40 << 20 // of the largest picture that is opened
	pictureQuality = 85       // of a JPEG that is drawn anew
)

// Sight is what is shown of a file to a person who looks at it without opening it: text, or a picture that was drawn anew.
// Nothing of the file's own bytes is in it: no markup, no script, no link, no metadata.
type Sight struct {
	Format Format   `json:"format,omitempty"` // "" for a picture
	Pages  []string `json:"pages,omitempty"`  // text; of a PDF one for each page, of anything else one
	Cut    bool     `json:"cut,omitempty"`    // there is more text than is shown (2 MiB)

	Picture []byte `json:"picture,omitempty"`
	Type    string `json:"type,omitempty"` // image/png or image/jpeg
	Width   int    `json:"width,omitempty"`
	Height  int    `json:"height,omitempty"` // in pixels
}

// Look reads what is shown of a file. Packed files and pictures want Options.Packed. It refuses as Read does, a picture of more
// than 40 million pixels with reader.bomb, and one that cannot be drawn with reader.damaged.
func Look(name string, data []byte, opt Options) (*Sight, error) {
	for kind, magic := range map[string]string{"PNG": "\x89PNG", "JPEG": "\xff\xd8\xff"} {
		if bytes.HasPrefix(data, []byte(magic)) {
			if !opt.Packed {
				return nil, fault.New(fault.Invalid, "reader.format", "kind", kind)
			}
			return drawAnew(kind, data)
		}
	}
	format, err := admit(name, data, opt)
	if err != nil {
		return nil, err
	}
	r := &reading{opt: opt, doc: &Document{Format: format}}
	if err := r.load(data); err != nil {
		return nil, err
	}
	s := &Sight{Format: format}
	left := sightBytesMax
	for _, page := range r.sheets() {
		if len(page) > left {
			page, s.Cut = strings.ToValidUTF8(page[:left], ""), true
		}
		left -= len(page)
		if s.Pages = append(s.Pages, page); s.Cut {
			break
		}
	}
	return s, nil
}

// sheets are the pages of what was loaded, as plain text.
func (r *reading) sheets() (out []string) {
	at := 0
	for _, end := range r.ends {
		out = append(out, plain(strings.TrimSpace(r.doc.Text[at:end])))
		at = end
	}
	if len(r.ends) > 0 {
		return out
	}
	var b strings.Builder
	for _, x := range r.blocks {
		if x.blank > 0 && b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(x.String())
		b.WriteByte('\n')
	}
	return []string{plain(strings.TrimSpace(b.String()))}
}

// plain is a text without what a screen could misread, controls and marks that turn the direction of writing, and with one form of
// each character: what is looked for in it is found however the file's writer put it.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError || unseen(r) || r >= 0x2066 && r <= 0x2069:
			return -1
		case r == 0xa0:
			return ' '
		case fullWidth(r):
			return r - 0xfee0
		case r >= 0x2e80 && r <= 0x2fdf:
			return characterOf(r)
		}
		return r
	}, text)
}

// drawAnew decodes a picture and writes its pixels as a new one of the same kind.
func drawAnew(kind string, data []byte) (*Sight, error) {
	damaged := func(err error) error { return fault.New(fault.Invalid, "reader.damaged", "kind", kind).Because(err) }
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, damaged(err)
	}
	if c.Width < 1 || c.Height < 1 {
		return nil, damaged(errors.New("a picture without pixels"))
	}
	if c.Width > picturePixels/c.Height {
		return nil, fault.New(fault.TooLarge, "reader.bomb", "what", kind, "max", picturePixels)
	}
	p, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, damaged(err)
	}
	s, out := &Sight{Width: c.Width, Height: c.Height, Type: "image/jpeg"}, bytes.Buffer{}
	if kind == "PNG" {
		s.Type = "image/png"
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, p)
	} else {
		err = jpeg.Encode(&out, p, &jpeg.Options{Quality: pictureQuality})
	}
	if err != nil {
		return nil, damaged(err)
	}
	s.Picture = out.Bytes()
	return s, nil
}

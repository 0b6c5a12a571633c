package extract

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"corridor/internal/fault"
)

const (
	zipEntriesMax   = 2000     // entries of a DOCX
	docxXMLMax      = 64 << 20 // bytes of word/document.xml when it is opened
	docxTextMax     = 32 << 20 // bytes of text drawn from it
	docxDepthMax    = 256      // elements inside each other
	docxElementsMax = 20 << 20 // elements altogether
)

// drawn is text taken out of a file whose own bytes are packed: its lines, with what each is.
type drawn struct {
	text bytes.Buffer
	tags []string // of the lines, in their order
	ends []int    // of a PDF: where the text of each page ends, in bytes
}

// line ends a line; an empty one is kept, because it parts paragraphs.
func (d *drawn) line(tag string) {
	d.text.WriteByte('\n')
	d.tags = append(d.tags, tag)
}

// blocks are the lines of a drawn text, each with its tag.
func (d *drawn) blocks() []block {
	f, _ := decodeUTF8(d.text.Bytes())
	var out []block
	start, n, blanks := 0, 0, 0
	for i, c := range f.r {
		if c != '\n' {
			continue
		}
		t := f.cut(start, i).trim()
		start = i + 1
		tag := "p"
		if n < len(d.tags) {
			tag = d.tags[n]
		}
		n++
		if t.len() == 0 {
			blanks++
			continue
		}
		out = append(out, block{flow: t, tag: tag, blank: blanks, lists: tag == "li"})
		blanks = 0
	}
	return out
}

// loadDOCX draws the text of word/document.xml. The zip and the XML are read here and not by an office library,
// because each of their sizes has a limit before anything is opened.
func (r *reading) loadDOCX(data []byte) error {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return fault.New(fault.Invalid, "reader.damaged", "kind", "ZIP").Because(err)
	}
	if len(z.File) > zipEntriesMax {
		return fault.New(fault.TooLarge, "reader.bomb", "what", "ZIP", "max", zipEntriesMax)
	}
	var doc *zip.File
	kind := "ZIP"
	for _, f := range z.File {
		switch {
		case f.Name == "word/document.xml":
			doc = f
		case strings.HasPrefix(f.Name, "xl/"):
			kind = "XLSX"
		case strings.HasPrefix(f.Name, "ppt/"):
			kind = "PPTX"
		}
	}
	if doc == nil {
		return fault.New(fault.Invalid, "reader.format", "kind", kind)
	}
	if doc.Flags&1 != 0 {
		return fault.New(fault.Invalid, "reader.encrypted")
	}
	if doc.UncompressedSize64 > docxXMLMax {
		return fault.New(fault.TooLarge, "reader.bomb", "what", "word/document.xml", "max", docxXMLMax)
	}
	in, err := doc.Open()
	if err != nil {
		return fault.New(fault.Invalid, "reader.damaged", "kind", "DOCX").Because(err)
	}
	defer in.Close()
	d := &drawn{}
	if err := d.wordXML(io.LimitReader(in, docxXMLMax+1)); err != nil {
		return err
	}
	r.doc.Encoding, r.doc.Text = "utf-8", d.text.String()
	r.blocks = d.blocks()
	return nil
}

// wordXML reads WordprocessingML (ECMA-376 part 1, chapter 17): paragraphs, their style, runs, tabs, tables. Deleted
// text and the second copy of a text box are left out.
func (d *drawn) wordXML(in io.Reader) error {
	counted := &countReader{in: in}
	dec := xml.NewDecoder(counted)
	dec.CharsetReader = func(string, io.Reader) (io.Reader, error) {
		return nil, errors.New("not UTF-8")
	}
	depth, elements, skip, tables := 0, 0, 0, 0
	tag, inText := "p", false
	cellText := false
	for {
		tok, err := dec.RawToken()
		if err == io.EOF {
			if depth != 0 {
				return fault.New(fault.Invalid, "reader.damaged", "kind", "DOCX")
			}
			return nil
		}
		if err != nil {
			return fault.New(fault.Invalid, "reader.damaged", "kind", "DOCX").Because(err)
		}
		if counted.n > docxXMLMax || d.text.Len() > docxTextMax || elements > docxElementsMax {
			return fault.New(fault.TooLarge, "reader.bomb", "what", "word/document.xml", "max", docxXMLMax)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if depth++; depth > docxDepthMax {
				return fault.New(fault.TooLarge, "reader.bomb", "what", "XML", "max", docxDepthMax)
			}
			elements++
			if skip > 0 {
				skip++
				continue
			}
			switch t.Name.Local {
			case "Fallback", "del", "moveFrom", "instrText", "delText":
				skip = 1
			case "tbl":
				tables++
			case "t":
				inText = true
			case "tab":
				d.text.WriteByte('\t')
			case "br", "cr":
				d.text.WriteByte(' ')
			case "pStyle":
				tag = styleTag(t.Attr, tag)
			case "numPr":
				if tag == "p" {
					tag = "li"
				}
			case "tc":
				cellText = false
			}
		case xml.EndElement:
			depth--
			if skip > 0 {
				skip--
				continue
			}
			switch t.Name.Local {
			case "t":
				inText = false
			case "p":
				if tables > 0 {
					cellText = true // the cell's paragraphs are one line
					d.text.WriteByte(' ')
				} else {
					d.line(tag)
				}
				tag = "p"
			case "tc":
				if cellText {
					d.text.WriteByte('\t')
				}
			case "tr":
				d.line("tr")
			case "tbl":
				tables--
			}
		case xml.CharData:
			if inText && skip == 0 {
				for _, b := range t {
					if b == '\n' || b == '\r' {
						b = ' '
					}
					d.text.WriteByte(b)
				}
			}
		}
	}
}

// styleTag makes a heading of the styles that office programs name so, in English and Chinese.
func styleTag(attrs []xml.Attr, tag string) string {
	for _, a := range attrs {
		if a.Name.Local != "val" {
			continue
		}
		v := strings.ToLower(strings.ReplaceAll(a.Value, " ", ""))
		switch {
		case v == "title" || v == "标题":
			return "h1"
		case strings.HasPrefix(v, "heading") && len(v) == 8:
			return "h" + v[7:]
		case len(v) == 1 && v >= "1" && v <= "6":
			return "h" + v
		case strings.HasPrefix(v, "list"):
			return "li"
		}
	}
	return tag
}

// countReader counts what passes, so that a size that lies in its header is found out.
type countReader struct {
	in io.Reader
	n  int64
}

func (c *countReader) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.n += int64(n)
	return n, err
}

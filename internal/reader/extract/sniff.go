package extract

import (
	"bytes"
	"strings"

	"corridor/internal/fault"
)

// headBytes is how far into a file its kind is looked for.
const headBytes = 4096

// binaryMagic names kinds of file that are often sent under a false name.
var binaryMagic = []struct{ magic, kind string }{
	{"\x89PNG", "PNG"}, {"\xff\xd8\xff", "JPEG"}, {"GIF8", "GIF"}, {"\x1f\x8b", "gzip"}, {"Rar!", "RAR"},
	{"7z\xbc\xaf", "7z"}, {"\xd0\xcf\x11\xe0", "DOC/XLS"}, {"\x7fELF", "ELF"}, {"MZ\x90", "EXE"}, {"BM\x36", "BMP"},
	{"RIFF", "RIFF"}, {"\x00\x00\x00\x18ftyp", "MP4"}, {"ID3", "MP3"}, {"OggS", "OGG"}, {"SQLite format 3", "SQLite"},
	{"BZh", "bzip2"}, {"\xfd7zXZ", "xz"},
}

// Packed says whether the bytes are a PDF or a zip such as DOCX, whose text must be unpacked: what Options.Packed is for.
func Packed(data []byte) bool {
	f, err := sniff("", data)
	return err == nil && (f == FormatPDF || f == FormatDOCX)
}

// sniff says what the bytes are. The file's name never overrules them: it only tells Markdown from plain text.
func sniff(name string, data []byte) (Format, error) {
	if len(bytes.TrimLeft(data[:min(len(data), headBytes)], " \t\r\n\xef\xbb\xbf")) == 0 && blank(data) {
		return "", fault.New(fault.Invalid, "reader.empty")
	}
	head := data[:min(len(data), headBytes)]
	if i := bytes.Index(head[:min(len(head), 1024)], []byte("%PDF-")); i >= 0 && !bytes.Contains(head[:i], []byte("<")) {
		return FormatPDF, nil
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return FormatDOCX, nil
	}
	for _, m := range binaryMagic {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return "", fault.New(fault.Invalid, "reader.binary", "kind", m.kind)
		}
	}
	if looksHTML(data) {
		return FormatHTML, nil
	}
	if n := strings.ToLower(name); strings.HasSuffix(n, ".md") || strings.HasSuffix(n, ".markdown") || looksMarkdown(data) {
		return FormatMarkdown, nil
	}
	return FormatText, nil
}

func blank(data []byte) bool {
	for _, b := range data {
		if b > ' ' {
			return string(data) == "\xef\xbb\xbf"
		}
	}
	return true
}

// looksHTML wants one tag that only a page has, or several paragraphs; a text that merely mentions <b> is text.
func looksHTML(data []byte) bool {
	low := bytes.Clone(data[:min(len(data), 16*headBytes)])
	if bytes.IndexByte(low, '<') < 0 {
		return false
	}
	for i, c := range low { // letters of tags only; the rest may be of any encoding
		if c >= 'A' && c <= 'Z' {
			low[i] = c + 'a' - 'A'
		}
	}
	for _, t := range []string{"<!doctype html", "<html", "<body", "<head>", "<div", "<article", "<table", "<meta ", "<p>", "<p ", "<h1", "<br>", "<br/>"} {
		i := bytes.Index(low, []byte(t))
		if i < 0 {
			continue
		}
		if strings.HasPrefix(t, "<p") || strings.HasPrefix(t, "<br") || t == "<h1" {
			if bytes.Count(low, []byte(t)) < 2 && !bytes.Contains(low, []byte("</")) {
				continue
			}
		}
		return true
	}
	return false
}

// looksMarkdown wants two kinds of Markdown's own marks at line starts.
func looksMarkdown(data []byte) bool {
	kinds := 0
	var seen [4]bool
	mark := func(k int) {
		if !seen[k] {
			seen[k] = true
			kinds++
		}
	}
	for line := range bytes.SplitSeq(data[:min(len(data), 16*headBytes)], []byte("\n")) {
		switch {
		case bytes.HasPrefix(line, []byte("# ")), bytes.HasPrefix(line, []byte("## ")), bytes.HasPrefix(line, []byte("### ")):
			mark(0)
		case bytes.HasPrefix(line, []byte("- ")), bytes.HasPrefix(line, []byte("* ")):
			mark(1)
		case bytes.Contains(line, []byte("**")), bytes.Contains(line, []byte("](http")):
			mark(2)
		case bytes.HasPrefix(line, []byte("|")) && bytes.Contains(line, []byte("---")):
			mark(3)
		}
	}
	return kinds >= 2
}

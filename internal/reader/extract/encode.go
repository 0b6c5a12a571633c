package extract

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"strings"
)

// WriteJSON writes the document as encoding/json does without escaping for HTML, a line end behind it, one fact at a time:
// the JSON of a large document, which is larger than the document, is never whole in memory.
func (d *Document) WriteJSON(w io.Writer) error {
	e := &encoder{out: bufio.NewWriterSize(w, 64<<10)}
	e.enc = json.NewEncoder(&e.buf)
	e.enc.SetEscapeHTML(false)
	e.object(reflect.ValueOf(*d))
	e.text("\n")
	if e.err != nil {
		return e.err
	}
	return e.out.Flush()
}

type encoder struct {
	out *bufio.Writer
	enc *json.Encoder
	buf bytes.Buffer
	err error
}

func (e *encoder) text(s string) {
	if e.err == nil {
		_, e.err = e.out.WriteString(s)
	}
}

// value writes one value whole.
func (e *encoder) value(v reflect.Value) {
	e.buf.Reset()
	if e.err == nil {
		e.err = e.enc.Encode(v.Interface())
	}
	if e.err == nil {
		_, e.err = e.out.Write(bytes.TrimSuffix(e.buf.Bytes(), []byte("\n")))
	}
}

// object writes a struct field by field, and a field that is a list element by element.
func (e *encoder) object(v reflect.Value) {
	e.text("{")
	comma := ""
	for i := range v.NumField() {
		name, omit, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		f := v.Field(i)
		if omit == "omitempty" && f.IsZero() {
			continue
		}
		e.text(comma + `"` + name + `":`)
		comma = ","
		if f.Kind() == reflect.Slice && !f.IsNil() {
			e.list(f)
			continue
		}
		e.value(f)
	}
	e.text("}")
}

func (e *encoder) list(v reflect.Value) {
	e.text("[")
	for i := range v.Len() {
		if i > 0 {
			e.text(",")
		}
		if x := v.Index(i); x.Type() == reflect.TypeFor[Article]() {
			e.object(x)
		} else {
			e.value(x)
		}
	}
	e.text("]")
}

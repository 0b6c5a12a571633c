package casework

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"corridor/internal/fault"
	"corridor/internal/scheme"
)

// appendDecision writes the decision of a step as encoding/json writes it, to the byte: its digest is public. A decision is written in
// every act, and so encoding/json took more of it than the rules did.
func appendDecision(b []byte, d Decision) []byte {
	b = appendText(append(b, `{"verdict":`...), string(d.Verdict))
	if len(d.Answers) > 0 {
		b = appendList(append(b, `,"answers":`...), d.Answers, appendAnswer)
	}
	if len(d.Seen) > 0 {
		b = appendList(append(b, `,"seen":`...), d.Seen, appendSeen)
	}
	if len(d.Stood) > 0 {
		b = appendList(append(b, `,"stood":`...), d.Stood, appendStood)
	}
	if len(d.Letter) > 0 {
		b = appendList(append(b, `,"letter":`...), d.Letter, appendShown)
	}
	if len(d.Labels) > 0 {
		b = appendList(append(b, `,"labels":`...), d.Labels, appendMarked)
	}
	return append(b, '}')
}

func appendStood(b []byte, t Stood) []byte {
	b = appendText(append(b, `{"action":`...), t.Action)
	b = appendText(append(b, `,"verdict":`...), string(t.Verdict))
	b = appendList(append(b, `,"answers":`...), t.Answers, appendAnswer)
	return append(b, '}')
}

func appendMarked(b []byte, m Marked) []byte {
	b = appendText(append(b, `{"verb":`...), m.Verb)
	b = appendText(append(b, `,"label":`...), m.Label)
	b = appendText(append(b, `,"org":`...), m.Org)
	if m.Until != 0 {
		b = appendText(append(b, `,"until":`...), m.Until.String())
	}
	if m.Gone != 0 {
		b = appendText(append(b, `,"gone":`...), m.Gone.String())
	}
	if m.Anew {
		b = append(b, `,"anew":true`...)
	}
	return append(b, '}')
}

func appendAnswer(b []byte, a scheme.Answer) []byte {
	b = appendText(append(b, `{"Need":`...), a.Need)
	b = appendText(append(b, `,"Result":`...), string(a.Result))
	b = appendList(append(b, `,"Saw":`...), a.Saw, appendSeen)
	b = appendWords(append(b, `,"Words":`...), a.Words)
	b = appendText(append(b, `,"Basis":`...), a.Basis)
	b = strconv.AppendBool(append(b, `,"Verified":`...), a.Verified)
	b = appendWords(append(b, `,"WouldPass":`...), a.WouldPass)
	b = appendText(append(b, `,"Ask":`...), a.Ask)
	return append(b, '}')
}

func appendSeen(b []byte, f scheme.SeenFact) []byte {
	b = appendText(append(b, `{"name":`...), f.Name)
	if len(f.Args) > 0 {
		b = appendList(append(b, `,"args":`...), f.Args, appendValue)
	}
	b = appendValue(append(b, `,"value":`...), f.Value)
	if f.Vouched != (scheme.Vouched{}) {
		b = append(b, `,"vouched":{`...)
		if f.Vouched.By != "" {
			b = appendText(append(b, `"by":`...), f.Vouched.By)
		}
		if !f.Vouched.At.IsZero() {
			if f.Vouched.By != "" {
				b = append(b, ',')
			}
			b = f.Vouched.At.AppendFormat(append(b, `"at":"`...), time.RFC3339Nano)
			b = append(b, '"')
		}
		b = append(b, '}')
	}
	if f.Words != (fault.Words{}) {
		b = appendWords(append(b, `,"words":`...), f.Words)
	}
	if f.Says != (fault.Words{}) {
		b = appendWords(append(b, `,"says":`...), f.Says)
	}
	return append(b, '}')
}

func appendShown(b []byte, s scheme.Shown) []byte {
	b = appendText(append(b, `{"name":`...), s.Name)
	b = appendValue(append(b, `,"value":`...), s.Value)
	return append(b, '}')
}

func appendValue(b []byte, v scheme.Value) []byte {
	b = append(b, '{')
	from := len(b)
	key := func(name string) []byte {
		if len(b) > from {
			b = append(b, ',')
		}
		return append(append(append(b, '"'), name...), '"', ':')
	}
	if v.Kind != "" {
		b = appendText(key("kind"), string(v.Kind))
	}
	if v.Int != 0 {
		b = strconv.AppendInt(key("int"), v.Int, 10)
	}
	if v.Text != "" {
		b = appendText(key("text"), v.Text)
	}
	if len(v.Keys) > 0 {
		b = appendList(key("keys"), v.Keys, appendText)
	}
	if len(v.List) > 0 {
		b = appendList(key("list"), v.List, appendValue)
	}
	return append(b, '}')
}

func appendWords(b []byte, w fault.Words) []byte {
	b = appendText(append(b, '['), w[0])
	b = appendText(append(b, ','), w[1])
	return append(b, ']')
}

// appendList writes an array; one that is nil is null.
func appendList[T any](b []byte, list []T, one func([]byte, T) []byte) []byte {
	if list == nil {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i, x := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(b, x)
	}
	return append(b, ']')
}

// appendText writes a string; where a character has to be escaped encoding/json does it.
func appendText(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c == 0xe2 && strings.HasPrefix(s[i:], "\xe2\x80") {
			return appendEscaped(b, s)
		}
	}
	if !utf8.ValidString(s) {
		return appendEscaped(b, s)
	}
	return append(append(append(b, '"'), s...), '"')
}

func appendEscaped(b []byte, s string) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always can
	}
	return append(b, text...)
}

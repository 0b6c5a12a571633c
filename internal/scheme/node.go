package scheme

import (
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Limits of one file. A file over them is refused before it is parsed, so that a hostile one costs little.
const (
	fileBytesMax  = 256 << 10
	fileLinesMax  = 4000
	tokensMax     = 12000
	depthMax      = 12
	expressionMax = 2000 // characters
	rowsMax       = 500
)

type nodeKind int

const (
	nullNode nodeKind = iota
	textNode
	mapNode
	listNode
)

// node is a file as this package sees it: text, lists and maps with their places, and nothing else of YAML.
type node struct {
	kind   nodeKind
	text   string
	quoted bool // between quotes, or a block of text: always a text, never a number
	single bool // between single quotes
	block  bool
	pos    Pos
	keys   []*node // of a map, one to one with items
	items  []*node
	pins   []*node // of tests: the params that the files of the layers pin
}

// get returns the value under a key, nil if there is none.
func (n *node) get(key string) *node {
	if n == nil || n.kind != mapNode {
		return nil
	}
	for i, k := range n.keys {
		if k.text == key {
			return n.items[i]
		}
	}
	return nil
}

// keyOf returns the node of the key itself, nil if there is none.
func (n *node) keyOf(key string) *node {
	if n == nil || n.kind != mapNode {
		return nil
	}
	for _, k := range n.keys {
		if k.text == key {
			return k
		}
	}
	return nil
}

// set replaces the value under a key, or adds it at the end.
func (n *node) set(key, value *node) {
	for i, k := range n.keys {
		if k.text == key.text {
			n.keys[i], n.items[i] = key, value
			return
		}
	}
	n.keys, n.items = append(n.keys, key), append(n.items, value)
}

// drop takes a key out.
func (n *node) drop(key string) {
	for i, k := range n.keys {
		if k.text == key {
			n.keys = append(append([]*node(nil), n.keys[:i]...), n.keys[i+1:]...)
			n.items = append(append([]*node(nil), n.items[:i]...), n.items[i+1:]...)
			return
		}
	}
}

// copy is a shallow copy, whose entries can be replaced without changing the layer it came from.
func (n *node) copy() *node {
	if n == nil {
		return nil
	}
	c := *n
	c.keys = append([]*node(nil), n.keys...)
	c.items = append([]*node(nil), n.items...)
	return &c
}

// parseFile reads a file into a node; nil with problems if it cannot be read.
func parseFile(name string, b []byte) (*node, Problems) {
	var r found
	r.source(name, b)
	if len(b) > fileBytesMax {
		r.at(Pos{File: name, Line: 1, Col: 1}, "file.too_big", "what", tooBig["bytes"], "most", fileBytesMax)
		return nil, r.problems
	}
	if line := overLines(b); line > 0 {
		r.at(Pos{File: name, Line: line, Col: 1}, "file.too_big", "what", tooBig["lines"], "most", fileLinesMax)
		return nil, r.problems
	}
	tokens := lexer.Tokenize(string(b))
	if !sound(&r, name, tokens) {
		return nil, r.problems
	}
	f, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		pos, why := Pos{File: name, Line: 1, Col: 1}, err.Error()
		if e, ok := err.(interface {
			GetToken() *token.Token
			GetMessage() string
		}); ok && e.GetToken() != nil {
			pos, why = posOf(name, e.GetToken()), e.GetMessage()
		}
		r.at(pos, "file.syntax", "why", why)
		return nil, r.problems
	}
	if len(f.Docs) > 1 && f.Docs[1].Body != nil {
		r.at(posOf(name, f.Docs[1].Body.GetToken()), "file.syntax", "why", "a second document")
		return nil, r.problems
	}
	root := &node{kind: mapNode, pos: Pos{File: name, Line: 1, Col: 1}}
	if len(f.Docs) == 1 && f.Docs[0].Body != nil {
		root = convert(&r, name, f.Docs[0].Body, 0)
	}
	if root.kind == nullNode {
		root.kind = mapNode
	}
	return root, r.problems
}

// overLines is the line at which a file has too many lines, or too many empty ones together; 0 if neither.
func overLines(b []byte) int {
	line, empty := 1, 0
	for _, l := range strings.Split(string(b), "\n") {
		if empty++; strings.TrimSpace(l) != "" {
			empty = 0
		}
		if line > fileLinesMax || empty > 200 {
			return line
		}
		line++
	}
	return 0
}

// sound looks at the tokens before they are parsed: depth, number, and what of YAML is not used here.
func sound(r *found, name string, tokens token.Tokens) bool {
	depth, dashes := 0, 0
	if len(tokens) > tokensMax {
		r.at(posOf(name, tokens[tokensMax]), "file.too_big", "what", tooBig["tokens"], "most", tokensMax)
		return false
	}
	for _, t := range tokens {
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.SequenceEntryType:
			dashes++
		case token.AnchorType, token.AliasType, token.TagType, token.MergeKeyType, token.DirectiveType, token.MappingKeyType:
			r.at(posOf(name, t), "file.feature", "what", t.Value)
			return false
		}
		if t.Type != token.SequenceEntryType {
			dashes = 0
		}
		if depth > depthMax || dashes > depthMax || t.Position.Column > 2000 && t.Position.IndentNum > 100 {
			r.at(posOf(name, t), "file.too_big", "what", tooBig["depth"], "most", depthMax)
			return false
		}
	}
	return true
}

func posOf(name string, t *token.Token) Pos {
	return Pos{File: name, Line: max(t.Position.Line, 1), Col: max(t.Position.Column, 1)}
}

// convert turns a node of the parser into ours.
func convert(r *found, name string, in ast.Node, depth int) *node {
	n := &node{pos: posOf(name, in.GetToken())}
	if depth > depthMax {
		r.at(n.pos, "file.too_big", "what", tooBig["depth"], "most", depthMax)
		return n
	}
	switch x := in.(type) {
	case *ast.NullNode:
	case *ast.MappingNode:
		n.kind = mapNode
		for _, v := range x.Values {
			convertEntry(r, name, n, v, depth)
		}
	case *ast.MappingValueNode:
		n.kind = mapNode
		convertEntry(r, name, n, x, depth)
	case *ast.SequenceNode:
		n.kind = listNode
		for _, v := range x.Values {
			n.items = append(n.items, convert(r, name, v, depth+1))
		}
	case *ast.LiteralNode:
		n.kind, n.text, n.quoted, n.block = textNode, x.Value.Value, true, true
		n.pos = posOf(name, x.Value.GetToken())
	case *ast.StringNode:
		n.kind, n.text = textNode, x.Value
		n.single = x.Token.Type == token.SingleQuoteType
		n.quoted = n.single || x.Token.Type == token.DoubleQuoteType
	default:
		n.kind, n.text = textNode, in.GetToken().Value
	}
	if n.kind == mapNode && len(n.keys) > 0 {
		n.pos = n.keys[0].pos
	}
	return n
}

func convertEntry(r *found, name string, n *node, v *ast.MappingValueNode, depth int) {
	t := v.Key.GetToken()
	key := &node{kind: textNode, text: t.Value, pos: posOf(name, t)}
	if s, ok := v.Key.(*ast.StringNode); ok {
		key.text = s.Value
	}
	if first := n.keyOf(key.text); first != nil {
		r.at(key.pos, "file.key_twice", "name", key.text, "line", first.pos.Line)
		return
	}
	n.keys = append(n.keys, key)
	n.items = append(n.items, convert(r, name, v.Value, depth+1))
}

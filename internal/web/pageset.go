package web

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"sync"
	"text/template/parse"

	"corridor/internal/fault"
)

//go:embed templates/*.html
var templateFiles embed.FS

// pages are the templates of all pages. Every file is read once, at the start; a page is put together when it is first asked for in
// a language, of its own file and of the parts that it reaches: escaping changes a template, so no two pages share one, and a copy of
// everything for each of them would be most of what a small node holds in memory.
type pages struct {
	parts map[string]*parse.Tree            // of the layout and of part-*.html, by their names
	own   map[string]map[string]*parse.Tree // of each page's file
	made  sync.Map                          // pageKey to a function that makes the page once
}

type pageKey struct {
	lang fault.Lang
	name string
}

// allPages are the pages of this program, read once: they are the same for every node that runs in it.
var allPages = sync.OnceValues(parsePages)

func parsePages() (*pages, error) {
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	p := &pages{parts: map[string]*parse.Tree{}, own: map[string]map[string]*parse.Tree{}}
	calls := functions(fault.ZH) // a language changes what they answer and not which there are
	for _, file := range names {
		read, err := template.New(path.Base(file)).Funcs(calls).ParseFS(templateFiles, file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		trees := p.parts
		if name := strings.TrimSuffix(path.Base(file), ".html"); name != "layout" && !strings.HasPrefix(name, "part-") {
			trees = map[string]*parse.Tree{}
			p.own[name] = trees
		}
		for _, t := range read.Templates() {
			if t.Tree != nil {
				trees[t.Name()] = t.Tree
			}
		}
	}
	return p, nil
}

// names are the pages that there are.
func (p *pages) names() (all []string) {
	for name := range p.own {
		all = append(all, name)
	}
	return all
}

// of is a page in a language; nil for a name that no page has.
func (p *pages) of(lang fault.Lang, name string) (*template.Template, error) {
	if p.own[name] == nil {
		return nil, fmt.Errorf("there is no template %q", name)
	}
	key := pageKey{lang, name}
	once, there := p.made.Load(key)
	if !there {
		once, _ = p.made.LoadOrStore(key, sync.OnceValues(func() (*template.Template, error) { return p.build(lang, name) }))
	}
	return once.(func() (*template.Template, error))()
}

// build copies what a page reaches, its own templates before the parts of the same name, with the words of its language in place.
func (p *pages) build(lang fault.Lang, name string) (*template.Template, error) {
	const layout = "layout.html"
	set := template.New(layout).Funcs(functions(lang))
	reached := map[string]bool{layout: true}
	for next := []string{layout}; len(next) > 0; {
		at := next[0]
		next = next[1:]
		tree := p.own[name][at]
		if tree == nil {
			tree = p.parts[at]
		}
		if tree == nil {
			return nil, fmt.Errorf("page %s: there is no part %q", name, at)
		}
		tree = tree.Copy()
		sayIn(lang, tree.Root, func(part string) {
			if !reached[part] {
				reached[part] = true
				next = append(next, part)
			}
		})
		if _, err := set.AddParseTree(at, tree); err != nil {
			return nil, fmt.Errorf("page %s: %w", name, err)
		}
	}
	return set.Lookup(layout), nil
}

// sayIn puts the words of one language in the place of {{t "中文" "English"}} and tells which other templates are used. Words that a
// page would have to escape stay as they are, for the escaper to see; no address has any.
func sayIn(lang fault.Lang, list *parse.ListNode, uses func(string)) {
	if list == nil {
		return
	}
	branch := func(b *parse.BranchNode) {
		sayInPipe(lang, b.Pipe)
		sayIn(lang, b.List, uses)
		sayIn(lang, b.ElseList, uses)
	}
	out := list.Nodes[:0]
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			sayInPipe(lang, n.Pipe)
			if text, fixed := fixedText(n.Pipe); fixed && !strings.ContainsAny(text, "<>&\"'`+=\\\x00") {
				out = append(out, &parse.TextNode{NodeType: parse.NodeText, Pos: n.Pos, Text: []byte(text)})
				continue
			}
		case *parse.TemplateNode:
			uses(n.Name)
			sayInPipe(lang, n.Pipe)
		case *parse.IfNode:
			branch(&n.BranchNode)
		case *parse.RangeNode:
			branch(&n.BranchNode)
		case *parse.WithNode:
			branch(&n.BranchNode)
		}
		out = append(out, n)
	}
	list.Nodes = oneText(out)
}

// oneText makes one text of those that follow each other.
func oneText(nodes []parse.Node) []parse.Node {
	out := nodes[:0]
	for _, n := range nodes {
		if text, ok := n.(*parse.TextNode); ok && len(out) > 0 {
			if before, ok := out[len(out)-1].(*parse.TextNode); ok {
				before.Text = append(before.Text, text.Text...)
				continue
			}
		}
		out = append(out, n)
	}
	return out
}

// sayInPipe does the same with (t "中文" "English") wherever a value may stand.
func sayInPipe(lang fault.Lang, pipe *parse.PipeNode) {
	if pipe == nil {
		return
	}
	for _, c := range pipe.Cmds {
		if zh, en, ok := bothWords(c); ok {
			text := fault.Words{zh, en}.In(lang)
			c.Args = []parse.Node{&parse.StringNode{NodeType: parse.NodeString, Pos: c.Pos, Quoted: strconv.Quote(text), Text: text}}
			continue
		}
		for i, a := range c.Args {
			inner, ok := a.(*parse.PipeNode)
			if !ok {
				continue
			}
			sayInPipe(lang, inner)
			if text, fixed := fixedText(inner); fixed {
				c.Args[i] = &parse.StringNode{NodeType: parse.NodeString, Pos: inner.Pos, Quoted: strconv.Quote(text), Text: text}
			}
		}
	}
}

// bothWords are those of a command t "中文" "English".
func bothWords(c *parse.CommandNode) (zh, en string, ok bool) {
	if len(c.Args) != 3 {
		return "", "", false
	}
	f, ok := c.Args[0].(*parse.IdentifierNode)
	if !ok || f.Ident != "t" {
		return "", "", false
	}
	a, okA := c.Args[1].(*parse.StringNode)
	b, okB := c.Args[2].(*parse.StringNode)
	if !okA || !okB {
		return "", "", false
	}
	return a.Text, b.Text, true
}

// fixedText is what a pipe is that is one text and nothing else.
func fixedText(pipe *parse.PipeNode) (string, bool) {
	if pipe == nil || len(pipe.Decl) > 0 || len(pipe.Cmds) != 1 || len(pipe.Cmds[0].Args) != 1 {
		return "", false
	}
	s, ok := pipe.Cmds[0].Args[0].(*parse.StringNode)
	if !ok {
		return "", false
	}
	return s.Text, true
}

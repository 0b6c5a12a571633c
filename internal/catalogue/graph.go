package catalogue

import (
	"encoding/json"
	"slices"
	"strings"

	"corridor/internal/fault"
)

// prefixes are the vocabularies that the catalogue speaks.
var prefixes = [][2]string{
	{"dcat", "http://www.w3.org/ns/dcat#"}, {"dct", "http://purl.org/dc/terms/"}, {"foaf", "http://xmlns.com/foaf/0.1/"}, {"hydra", "http://www.w3.org/ns/hydra/core#"},
	{"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"}, {"rdfs", "http://www.w3.org/2000/01/rdf-schema#"}, {"vcard", "http://www.w3.org/2006/vcard/ns#"}, {"xsd", "http://www.w3.org/2001/XMLSchema#"},
}

// IRI is an address, or a name of a vocabulary: dcat:Dataset.
type IRI string

// Literal is a text with its language or type.
type Literal struct{ Text, Lang, Type string }

// Graph is a set of statements: subjects in the order in which they were first named, each with its statements once.
type Graph struct {
	order    []IRI
	subjects map[IRI][]statement
}

type statement struct {
	predicate string
	iri       IRI
	literal   Literal
}

// Add states something once; object is an IRI or a Literal.
func (g *Graph) Add(subject IRI, predicate string, object any) {
	s := statement{predicate: predicate}
	switch o := object.(type) {
	case IRI:
		s.iri = o
	case Literal:
		s.literal = o
	}
	if g.subjects == nil {
		g.subjects = map[IRI][]statement{}
	}
	if _, known := g.subjects[subject]; !known {
		g.order = append(g.order, subject)
	}
	if !slices.Contains(g.subjects[subject], s) {
		g.subjects[subject] = append(g.subjects[subject], s)
	}
}

// Words states a text in both languages.
func (g *Graph) Words(subject IRI, predicate string, w fault.Words) {
	g.Add(subject, predicate, Literal{Text: w[0], Lang: "zh"})
	if w[1] != "" && w[1] != w[0] {
		g.Add(subject, predicate, Literal{Text: w[1], Lang: "en"})
	}
}

// vocabulary says whether an IRI is a name of one of the vocabularies.
func (i IRI) vocabulary() bool {
	before, _, ok := strings.Cut(string(i), ":")
	return ok && slices.ContainsFunc(prefixes, func(p [2]string) bool { return p[0] == before })
}

func (i IRI) turtle() string {
	if i.vocabulary() {
		return string(i)
	}
	return "<" + safeIRI(string(i)) + ">"
}

var turtleEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

func (s statement) turtle() string {
	if s.iri != "" {
		return s.iri.turtle()
	}
	text := `"` + turtleEscapes.Replace(s.literal.Text) + `"`
	switch {
	case s.literal.Lang != "":
		return text + "@" + s.literal.Lang
	case s.literal.Type != "":
		return text + "^^" + s.literal.Type
	}
	return text
}

// Turtle writes the graph as Turtle.
func (g *Graph) Turtle() []byte {
	var b strings.Builder
	for _, p := range prefixes {
		b.WriteString("@prefix " + p[0] + ": <" + p[1] + "> .\n")
	}
	for _, subject := range g.order {
		b.WriteString("\n" + subject.turtle())
		for i, s := range g.subjects[subject] {
			if i > 0 {
				b.WriteString(" ;\n   ")
			}
			predicate := s.predicate
			if predicate == "rdf:type" {
				predicate = "a"
			}
			b.WriteString(" " + predicate + " " + s.turtle())
		}
		b.WriteString(" .\n")
	}
	return []byte(b.String())
}

// JSONLD writes the graph as JSON-LD 1.1, flattened.
func (g *Graph) JSONLD() ([]byte, error) {
	names := map[string]string{}
	for _, p := range prefixes {
		names[p[0]] = p[1]
	}
	nodes := []map[string]any{}
	for _, subject := range g.order {
		node := map[string]any{"@id": safeIRI(string(subject))}
		for _, s := range g.subjects[subject] {
			if s.predicate == "rdf:type" {
				types, _ := node["@type"].([]string)
				node["@type"] = append(types, string(s.iri))
				continue
			}
			var value map[string]string
			switch {
			case s.iri != "":
				value = map[string]string{"@id": safeIRI(string(s.iri))}
			case s.literal.Lang != "":
				value = map[string]string{"@value": s.literal.Text, "@language": s.literal.Lang}
			case s.literal.Type != "":
				value = map[string]string{"@value": s.literal.Text, "@type": s.literal.Type}
			default:
				value = map[string]string{"@value": s.literal.Text}
			}
			all, _ := node[s.predicate].([]map[string]string)
			node[s.predicate] = append(all, value)
		}
		nodes = append(nodes, node)
	}
	return json.MarshalIndent(map[string]any{"@context": names, "@graph": nodes}, "", " ")
}

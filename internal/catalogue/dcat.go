package catalogue

import (
	"context"
	"fmt"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// dcatRows is how many listings one page of the machine-readable catalogue has.
const dcatRows = 100

// DCATAt says under which addresses the catalogue is published.
type DCATAt struct {
	Site    string      // https://node.example, without a slash at the end
	Page    string      // address of the page that was asked for
	Name    fault.Words // of the node
	Log     string      // the log that makes listings public
	NextURL func(after unit.ID) string
}

// DCAT is one page of the catalogue in the words of DCAT-AP 3.0: data products as data sets, offers of compute as data
// services, everything else as resources, by their permanent addresses. Listings stand in the order of their ids, so that a
// page goes on where the one before ended however much is added meanwhile; next is where it goes on, "" at the end.
// Each says which leaf of the log it comes from. Kinds that name no class of DCAT are left out.
func (s *Service) DCAT(ctx context.Context, after unit.ID, at DCATAt) (g *Graph, next unit.ID, err error) {
	if after != "" {
		if _, err := unit.ParseID(string(after)); err != nil {
			return nil, "", fault.Of(err).On("after")
		}
	}
	var page []Listing
	last := unit.ID("")
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := s.Every(ctx, tx, after, dcatRows)
		if err != nil {
			return err
		}
		for _, l := range all {
			last = l.ID
			if l.State == Published && l.Origin == "" {
				page = append(page, s.seen(access.Actor{}, l))
			}
		}
		if len(all) < dcatRows {
			last = ""
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	return s.graph(page, last, at), last, nil
}

func (s *Service) graph(page []Listing, next unit.ID, at DCATAt) *Graph {
	g := &Graph{}
	catalogue, agent := IRI(at.Site+"/catalogue"), IRI(at.Site+"/")
	g.Add(catalogue, "rdf:type", IRI("dcat:Catalog"))
	g.Words(catalogue, "dct:title", fault.Words{at.Name[0] + "共享资源目录", "What is offered at the " + at.Name[1]})
	g.Words(catalogue, "dct:description", fault.Words{"本节点发布的仪器、设施、服务、数据与算力。", "Instruments, facilities, services, data and compute that this node publishes."})
	g.Add(catalogue, "dct:publisher", agent)
	g.Add(catalogue, "foaf:homepage", IRI(at.Site+"/listings"))
	g.Add(IRI(at.Site+"/listings"), "rdf:type", IRI("foaf:Document"))
	g.Add(agent, "rdf:type", IRI("foaf:Agent"))
	g.Words(agent, "foaf:name", at.Name)
	if next != "" {
		view := IRI(at.Page)
		g.Add(catalogue, "hydra:view", view)
		g.Add(view, "rdf:type", IRI("hydra:PartialCollectionView"))
		g.Add(view, "hydra:next", IRI(at.NextURL(next)))
	}
	for _, l := range page {
		k, ok := s.kinds.Of(l.Kind)
		if !ok || k.DCAT == "" {
			continue
		}
		me := IRI(at.Site + "/listings/" + string(l.ID) + "#it")
		g.Add(catalogue, map[string]string{"Dataset": "dcat:dataset", "DataService": "dcat:service", "Resource": "dcat:resource"}[k.DCAT], me)
		g.listing(me, k, l, at)
	}
	return g
}

// listing adds what is public of one listing.
func (g *Graph) listing(me IRI, k *kinds.Kind, l Listing, at DCATAt) {
	page := IRI(strings.TrimSuffix(string(me), "#it"))
	g.Add(me, "rdf:type", IRI("dcat:"+k.DCAT))
	g.Words(me, "dct:title", l.Title)
	about := l.Fields["function"]
	if about == "" {
		about = k.ZH
	}
	g.Add(me, "dct:description", Literal{Text: about, Lang: "zh"})
	g.Add(me, "dct:identifier", Literal{Text: string(l.ID)})
	owner := IRI(at.Site + "/registry/" + l.Owner)
	g.Add(me, "dct:publisher", owner)
	g.Add(owner, "rdf:type", IRI("foaf:Agent"))
	g.Words(owner, "foaf:name", l.OwnerName)
	g.Add(me, "dct:issued", stampOf(l.Published))
	g.Add(me, "dct:modified", stampOf(l.Changed))
	g.Add(me, "dcat:landingPage", page)
	g.Add(page, "rdf:type", IRI("foaf:Document"))
	for _, f := range k.Fields {
		if f.Type == "tags" && f.Weight > 0 {
			for _, word := range l.Fields.Values(f.ID) {
				g.Add(me, "dcat:keyword", Literal{Text: word, Lang: "zh"})
			}
		}
	}
	if k.DCAT != "DataService" {
		proof := page + "#provenance"
		g.Add(me, "dct:provenance", proof)
		g.Add(proof, "rdf:type", IRI("dct:ProvenanceStatement"))
		g.Words(proof, "rdfs:label", fault.Words{fmt.Sprintf("第 %d 版，公开于日志 %s（类型 %s，编号 %s）", l.Version, at.Log, LeafKind, l.ID),
			fmt.Sprintf("Version %d, public in the log %s (leaf of kind %s, id %s)", l.Version, at.Log, LeafKind, l.ID)})
	}
	if k.DCAT == "DataService" {
		g.Add(me, "dcat:endpointURL", page)
		g.Add(me, "dcat:contactPoint", page+"#contact")
	} else if k.DCAT == "Dataset" {
		g.Add(me, "dcat:contactPoint", page+"#contact")
		g.dataset(me, page, l)
	} else {
		return
	}
	g.Add(page+"#contact", "rdf:type", IRI("vcard:Kind"))
	g.Words(page+"#contact", "vcard:fn", l.OwnerName)
	g.Add(page+"#contact", "vcard:hasURL", owner)
}

// dataset adds what only data have: how it is had, under which licence, and the time that it covers.
func (g *Graph) dataset(me, page IRI, l Listing) {
	for i, address := range []string{l.Fields["download_url"], l.Fields["sample_url"]} {
		if address == "" {
			continue
		}
		how := IRI(fmt.Sprintf("%s#distribution%d", page, i+1))
		g.Add(me, "dcat:distribution", how)
		g.Add(how, "rdf:type", IRI("dcat:Distribution"))
		g.Add(how, "dcat:accessURL", IRI(address))
		if url := l.Fields["licence_url"]; url != "" {
			g.Add(how, "dct:license", IRI(url))
			g.Add(IRI(url), "rdf:type", IRI("dct:LicenseDocument"))
		}
	}
	if from, to := l.Fields["from_day"], l.Fields["to_day"]; from != "" || to != "" {
		span := page + "#time"
		g.Add(me, "dct:temporal", span)
		g.Add(span, "rdf:type", IRI("dct:PeriodOfTime"))
		for pred, d := range map[string]string{"dcat:startDate": from, "dcat:endDate": to} {
			if d != "" {
				g.Add(span, pred, Literal{Text: d, Type: "xsd:date"})
			}
		}
	}
}

func stampOf(t time.Time) Literal {
	return Literal{Text: t.UTC().Format(time.RFC3339), Type: "xsd:dateTime"}
}

// safeIRI escapes what an IRI between brackets may not have.
func safeIRI(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || strings.ContainsRune("<>\"{}|^`\\", r) {
			return '_'
		}
		return r
	}, s)
}

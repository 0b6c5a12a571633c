package node

import (
	"context"
	"strings"
	"unicode"

	"corridor/internal/casework"
	"corridor/internal/catalogue"
	"corridor/internal/db"
	"corridor/internal/unit"
)

// demanded is the catalogue as cases that look for something ask it.
type demanded struct{ n *Node }

// demandKind is the kind of listing that a case makes.
const demandKind = "demand"

func (x demanded) ListDemand(ctx context.Context, tx *db.Tx, d casework.Demand) error {
	return x.n.Catalogue.ListOfCase(ctx, tx, d.Case, catalogue.Draft{Kind: demandKind, Owner: d.Org, Typed: demandTyped(d)})
}

func (x demanded) ShelveDemand(ctx context.Context, tx *db.Tx, of unit.ID, over bool, reason string) error {
	return x.n.Catalogue.ShelveOfCase(ctx, tx, of, over, reason)
}

// How many characters of a text the kind takes; what is longer is cut.
const (
	demandTitleMost = 120
	demandLineMost  = 300
	demandTextMost  = 4000
)

// demandTyped is what a case looks for as the fields of the kind.
func demandTyped(d casework.Demand) map[string]string {
	typed := map[string]string{
		"name": demandText(d.Title, demandTitleMost, true), "type": d.Type, "fields": demandText(strings.Join(d.Fields, "、"), demandLineMost, true),
		"function": demandText(d.Text, demandTextMost, false), "indicator": demandText(d.Targets, demandTextMost, false),
		"deadline": d.Until.String(), "region": string(d.Region), "contact": "办件 " + d.No + " / case " + d.No,
	}
	if d.Budget > 0 {
		typed["budget"] = d.Budget.Yuan()
	}
	if d.Industry.Level() >= unit.IndustryDivision {
		typed["industry_code"] = d.Industry[:2].Lettered()
	}
	return typed
}

// demandText is a text as a listing takes it: without signs that are no text, on one line if it has to be, and no longer than most.
func demandText(text string, most int, line bool) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case line && unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) && r != '\n' || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text)
	if r := []rune(text); len(r) > most {
		text = string(r[:most-1]) + "…"
	}
	return text
}

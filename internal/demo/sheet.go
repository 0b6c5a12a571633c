package demo

import (
	"context"

	"corridor/internal/fault"
	"corridor/internal/node"
	"corridor/schemes"
)

// enterSheet gives one bank of the world a score sheet, as its clerk brings it; the other two have none.
func enterSheet(ctx context.Context, n *node.Node) error {
	if n.Node.Code != Shanghai {
		return nil
	}
	text, err := schemes.FS.ReadFile("sheets/demo-bank/sheet.yaml")
	if err != nil {
		return err
	}
	clerk, err := actor(ctx, n, "bank1@shanghai.example")
	if err != nil {
		return err
	}
	_, _, err = n.Cases.KeepSheet(ctx, clerk, BankOne, text)
	if fault.CodeOf(err) == "casework.sheet_same" { // it stands since another start
		return nil
	}
	return err
}

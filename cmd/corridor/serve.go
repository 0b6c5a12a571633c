package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"corridor/internal/demo"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/node"
	"corridor/internal/reader/child"
	"corridor/internal/web"
)

func serveCommand() *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:   "serve --config FILE",
		Short: "Run one node",
		Long: `Runs one node with the settings of FILE; CORRIDOR_NAME in the environment goes before the setting "name".
A wrong setting is named and nothing is started. The first time, it prints the one-time link of the first
administrator.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serve(cmd.Context(), path, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	c.Flags().StringVar(&path, "config", "", "file with the settings (YAML); see docs/operating.md")
	_ = c.MarkFlagRequired("config")
	return c
}

func serve(ctx context.Context, path string, out, errs io.Writer) (err error) {
	set, err := readSettings(path, os.LookupEnv)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(set.Dir, 0o750); err != nil {
		return err
	}
	key, err := demo.ReadKey(set.Dir)
	if err != nil {
		return fmt.Errorf("the key of the log; make one with `corridor key %s --out %s/log.key`: %w", set.Origin, set.Dir, err)
	}
	packs, err := demo.Schemes()
	if err != nil {
		return err
	}
	uploads, err := child.New(child.Config{})
	if err != nil {
		return err
	}
	n, err := node.Open(ctx, node.Config{
		Node: web.Node{Code: set.Code, Seal: set.Seal, Class: "r" + set.Code[:2], Name: fault.Words(set.Name), Community: fault.Words(set.Community)},
		Dir:  set.Dir, DSN: set.DSN, Address: set.Address, Origin: key.Origin, Key: key.Private, Peers: set.peers(),
		Schemes: demo.SchemesOf(packs, set.Code), Secure: set.Secure, Scan: set.scanner(), Extract: uploads,
		Logger: slog.New(slog.NewJSONHandler(errs, &slog.HandlerOptions{Level: set.level()}))})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	if err := n.Listen(); err != nil {
		return err
	}
	link, err := n.Access.FirstAdmin(ctx)
	if err != nil {
		return err
	}
	if link != "" {
		fmt.Fprintf(out, "first administrator: %s/welcome?first&token=%s\n", n.URL(), link)
	}
	fmt.Fprintf(out, "serving %s at %s\n", set.Name[1], n.URL())
	return n.Run(ctx)
}

// peers are the neighbours of the settings.
func (s settings) peers() []federation.Peer {
	var out []federation.Peer
	for _, p := range s.Peers {
		out = append(out, federation.Peer{Code: p.Code, Name: fault.Words(p.Name), URL: p.URL, Key: p.Key})
	}
	return out
}

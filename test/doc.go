// Package test runs the whole program: scripts and cut-off tours against the real binary, real databases and real
// HTTP. The rooms' own tests stand beside the rooms.
package test

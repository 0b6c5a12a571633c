// Package notice tells people what happened.
package notice

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"onrecord.dev/internal/store"
)

type userCommand struct {
	Add      userAddCommand      `cmd:"" help:"Make an account; its password is read from standard input."`
	Password userPasswordCommand `cmd:"" help:"Give an account a new password, read from standard input, and sign it out everywhere."`
}

type userAddCommand struct {
	Email string `required:"" help:"E-mail address to sign in with."`
	Name  string `required:"" help:"Name others see."`
	Admin bool   `help:"Make it an admin of this Onrecord."`
}

// Run makes the account.
func (u userAddCommand) Run(ctx context.Context, c *commands, s streams) error {
	password, err := readLine(s.in)
	if err != nil {
		return fmt.Errorf("read the password from standard input: %w", err)
	}
	return c.with(ctx, func(db *database) error {
		added, err := db.AddUser(ctx, store.NewUser{Email: u.Email, Name: u.Name, Password: password, Admin: u.Admin, At: time.Now()})
		if err != nil {
			return fmt.Errorf("add %s: %w", u.Email, err)
		}
		fmt.Fprintln(s.out, added.ID)
		return nil
	})
}

type userPasswordCommand struct {
	Email string `required:"" help:"E-mail address of the account."`
}

// Run gives the account its password.
func (u userPasswordCommand) Run(ctx context.Context, c *commands, s streams) error {
	password, err := readLine(s.in)
	if err != nil {
		return fmt.Errorf("read the password from standard input: %w", err)
	}
	return c.with(ctx, func(db *database) error { return db.SetPassword(ctx, u.Email, password) })
}

// readLine reads one line, or what there is of one.
func readLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}

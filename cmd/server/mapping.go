package main

import (
	"fmt"

	"onrecord.dev/internal/exchange"
)

type mappingCommand struct {
	Format string `arg:"" help:"One of ${formats}."`
}

// Run writes what the labels of the format mean unless another file says
// otherwise.
func (m mappingCommand) Run(s streams) error {
	format, err := exchange.ByName(m.Format)
	if err != nil {
		return err
	}
	file := format.MappingFile()
	if file == nil {
		return fmt.Errorf("the format %s needs no mapping: its words are ours", m.Format)
	}
	_, err = s.out.Write(file)
	return err
}

// Package storage is the contract between the domains and their databases.
package storage

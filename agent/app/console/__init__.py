"""The reviewer's console: pages made on the server, which work without scripts too."""

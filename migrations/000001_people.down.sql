DROP TABLE sign_in_failures, setup_links, api_tokens, sessions, users;

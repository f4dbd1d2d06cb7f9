DROP TABLE sign_in_attempts, setup_links, api_tokens, sessions, users;

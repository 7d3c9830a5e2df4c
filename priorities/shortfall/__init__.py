"""How what falls short is found and told, kind by kind. Who asks for the list uses priorities.gaps."""

"""What objects of Argo CD and Flux deploy, as a repository has it."""

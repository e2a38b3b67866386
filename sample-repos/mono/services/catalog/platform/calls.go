package platform

// Calls are the services that are called, as shunter.yaml has them. The chart says where they are.
type Calls struct{}

// ByName are their URLs by their names.
func (Calls) ByName() map[string]string { return map[string]string{} }

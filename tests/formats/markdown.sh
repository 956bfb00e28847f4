# Markdown: what cmark-gfm makes of it, GitHub's own renderer, and what then stands in the HTML.
rendered()
{
	timeout 60 cmark-gfm --unsafe -e table -e autolink -e strikethrough -e tasklist "$1" >page.html && python markdown.py page.html "$2"
}
rendered_hostile()
{
	rendered "$1" hostile
}
markdown_by_gfm()
{
	command -v cmark-gfm >/dev/null || tap_skip "cmark-gfm is not installed"
	rendered hostile.markdown hostile && rendered passed.markdown passed && rendered unknown.markdown unknown &&
		broken hostile.markdown 's/&#60;script&#62;/<script>/' rendered_hostile &&
		broken hostile.markdown 's/^| \*\*failed\*\* | `/&| `/' rendered_hostile &&
		broken hostile.markdown 's/&#42;bold&#42;/*bold*/' rendered_hostile &&
		broken hostile.markdown 's/&#124;/|/' rendered_hostile &&
		broken hostile.markdown 's/@*&#64;<!-- -->/@/; s/&#64;/@/' rendered_hostile
}
tap_case "Markdown: rendered by cmark-gfm" markdown_by_gfm

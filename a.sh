exec 5</etc/passwd 6>>out.txt 7<>both.txt
for i in 1 2 3; do echo $i | cat | sort; done >/dev/null
read -r x <&5; exec 5<&-; exec 8<&7; coproc { sleep 5; }
diff <(ls) <(ls); kill $!

document.body.append('phone');
